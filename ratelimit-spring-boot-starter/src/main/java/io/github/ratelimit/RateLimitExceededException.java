package io.github.ratelimit;

import java.io.Serial;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Thrown by a {@link RateLimited} method when a limit refuses the call and there is no
 * fallback. Over HTTP it becomes the same answer as the filter's, unless the application
 * handles exactly this exception: 429, or 413 if the call costs more than the limit's
 * {@linkplain Limit#capacity() capacity}, or 503 if a limit refuses only because its
 * store fails ({@link Decision#isUnavailable()}).
 */
public class RateLimitExceededException extends RateLimitException {

	@Serial
	private static final long serialVersionUID = 1L;

	private static final Duration ALMOST_A_SECOND = Duration.ofSeconds(1).minusNanos(1);

	private final transient @Nullable Decision decision;

	private final ArrayList<String> limits;

	private final Duration retryAfter;

	/**
	 * Creates the exception.
	 * @param decision the refusal
	 */
	public RateLimitExceededException(Decision decision) {
		super(message(decision), null, false, false);
		this.decision = decision;
		this.limits = decision.violated()
			.stream()
			.map((limit) -> limit.limit().name())
			.collect(Collectors.toCollection(ArrayList::new));
		this.retryAfter = decision.retryAfter();
	}

	private static String message(Decision decision) {
		return decision.violated().stream().map(RateLimitExceededException::message).collect(Collectors.joining(". "));
	}

	private static String message(LimitDecision limit) {
		String name = "Limit '" + limit.limit().name() + "'";
		if (limit.isNeverPayable()) {
			return name + " can never admit this call: it costs " + limit.needed()
					+ " permits, and the limit holds at most " + limit.limit().capacity();
		}
		String retry = ". Retry after " + limit.retryAfter().plus(ALMOST_A_SECOND).toSeconds() + " s";
		if (limit.isBanned()) {
			return "The caller is banned from what " + name + " guards, for too many refused calls" + retry;
		}
		RateLimitException refusal = limit.refusal();
		return name + (limit.isUnavailable() ? " cannot be checked, because its store does not answer" : " is exceeded")
				+ retry + ((refusal != null) ? ". " + refusal.getMessage() : "");
	}

	/**
	 * Returns the refusal with the figures of all limits.
	 * @return the decision
	 * @throws IllegalStateException if this exception was deserialized: a decision
	 * belongs to the process that made it
	 */
	public Decision decision() {
		if (this.decision == null) {
			throw new IllegalStateException(
					"The exception comes from another process, and the decision does not. Use limits() and retryAfter().");
		}
		return this.decision;
	}

	/**
	 * Returns the names of the limits that refused the call. They are kept when the
	 * exception is serialized.
	 * @return an unmodifiable list of at least one name
	 */
	public List<String> limits() {
		return Collections.unmodifiableList(this.limits);
	}

	/**
	 * Returns how long to wait until every violated limit can be paid, if no other call
	 * takes permits. It is kept when the exception is serialized.
	 * @return the longest wait, positive; {@link LimitDecision#NEVER} nanoseconds if the
	 * call can never be paid
	 */
	public Duration retryAfter() {
		return this.retryAfter;
	}

}
