package io.github.ratelimit;

import java.io.Serial;
import java.time.Duration;
import java.util.stream.Collectors;

/**
 * Thrown by a {@link RateLimited} method when a limit refuses the call and there is no
 * fallback. Over HTTP it becomes the same answer as the filter's, unless the application
 * handles exactly this exception: 429, or 413 where the call costs more than the limit's
 * {@linkplain Limit#capacity() capacity}, or 503 where a limit refuses only because its
 * store fails ({@link Decision#unavailable()}).
 */
public class RateLimitExceededException extends RuntimeException {

	@Serial
	private static final long serialVersionUID = 1L;

	private static final Duration ALMOST_A_SECOND = Duration.ofSeconds(1).minusNanos(1);

	private final transient Decision decision;

	/**
	 * Creates the exception.
	 * @param decision the refusal
	 */
	public RateLimitExceededException(Decision decision) {
		super(message(decision), null, false, false);
		this.decision = decision;
	}

	private static String message(Decision decision) {
		return decision.violated().stream().map(RateLimitExceededException::message).collect(Collectors.joining(". "));
	}

	private static String message(LimitDecision limit) {
		String name = "Limit '" + limit.limit().name() + "'";
		if (limit.neverPayable()) {
			return name + " can never be paid: the call costs " + limit.needed() + " permits, the limit holds at most "
					+ limit.limit().capacity();
		}
		String retry = ". Retry after " + limit.retryAfter().plus(ALMOST_A_SECOND).toSeconds() + " s";
		if (limit.isBanned()) {
			return "The caller is banned from what " + name + " guards, for too many refused calls" + retry;
		}
		return name + (limit.unavailable() ? " cannot be checked, because its store does not answer" : " is exceeded")
				+ retry;
	}

	/**
	 * Returns the refusal with its facts.
	 * @return the decision
	 */
	public Decision decision() {
		return this.decision;
	}

}
