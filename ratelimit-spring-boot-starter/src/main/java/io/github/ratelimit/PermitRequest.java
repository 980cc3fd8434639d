package io.github.ratelimit;

import java.util.Objects;

/**
 * The permits that a call requests from one limit. Immutable.
 *
 * @param limit the name of the limit
 * @param key the key to charge
 * @param permits how many, 0 or more; 0 takes nothing and returns the figures
 */
public record PermitRequest(String limit, Key key, long permits) {

	/**
	 * Creates a request.
	 * @throws IllegalArgumentException if the permits are negative
	 */
	public PermitRequest {
		Objects.requireNonNull(limit, "limit");
		Objects.requireNonNull(key, "key");
		if (permits < 0) {
			throw new IllegalArgumentException("A call of limit '" + limit + "' asks for " + permits
					+ " permits. It can ask for 0 or more; permits come back through Permit.giveBack().");
		}
	}

}
