package io.github.ratelimit;

import java.util.Objects;

/**
 * What a call is to pay: so many permits of a limit, from one key.
 *
 * @param limit the limit
 * @param key whose permits
 * @param permits how many, 0 or more; 0 looks without taking
 */
public record Charge(Limit limit, Key key, long permits) {

	/**
	 * Creates a charge.
	 * @throws IllegalArgumentException if the permits are negative
	 */
	public Charge {
		Objects.requireNonNull(limit, "limit");
		Objects.requireNonNull(key, "key");
		if (permits < 0) {
			throw new IllegalArgumentException("A call of limit '" + limit.name() + "' costs " + permits
					+ " permits. A cost is 0 or more; permits come back through Permit.giveBack().");
		}
	}

	/**
	 * Returns whether both are about the same permits.
	 * @param other another charge
	 * @return whether limit name and key are the same
	 */
	public boolean sameBucketAs(Charge other) {
		return this.limit.name().equals(other.limit.name()) && this.key.equals(other.key);
	}

}
