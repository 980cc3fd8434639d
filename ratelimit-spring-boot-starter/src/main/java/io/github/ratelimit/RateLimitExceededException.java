package io.github.ratelimit;

import java.io.Serial;
import java.util.stream.Collectors;

/**
 * Thrown by a {@link RateLimited} method when a limit refuses the call and there is no
 * fallback. Over HTTP it becomes the same answer as the filter's, unless the application
 * handles exactly this exception: 429, or 413 where the call costs more than the limit's
 * {@linkplain Limit#capacity() capacity}.
 */
public class RateLimitExceededException extends RuntimeException {

	@Serial
	private static final long serialVersionUID = 1L;

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
		return decision.violated()
			.stream()
			.map((limit) -> "Limit '" + limit.limit().name() + "' refuses "
					+ (limit.neverPayable()
							? limit.charge().permits() + " permits at once, its capacity is " + limit.limit().capacity()
							: "until " + limit.retryAfter() + " from now"))
			.collect(Collectors.joining("; "));
	}

	/**
	 * Returns the refusal with its facts.
	 * @return the decision
	 */
	public Decision decision() {
		return this.decision;
	}

}
