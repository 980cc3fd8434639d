package io.github.ratelimit;

import java.io.Serial;

/**
 * Thrown by a {@link RateLimited} method for a call without a value for the key of a
 * limit that denies such calls ({@code on-missing-key: deny}), or that would count them
 * by address while no request is bound, as in a scheduler. Over HTTP it becomes a 403.
 */
public class MissingKeyException extends RateLimitException {

	@Serial
	private static final long serialVersionUID = 1L;

	private final String limit;

	/**
	 * Creates the exception.
	 * @param limit the name of the limit
	 * @param reason why there is no key, a sentence
	 */
	public MissingKeyException(String limit, String reason) {
		super("Limit '" + limit + "' has no key for this call. " + reason, null, false, false);
		this.limit = limit;
	}

	/**
	 * Returns the name of the limit.
	 * @return the name
	 */
	public String limit() {
		return this.limit;
	}

}
