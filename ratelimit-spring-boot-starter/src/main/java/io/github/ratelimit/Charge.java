package io.github.ratelimit;

import java.util.ArrayList;
import java.util.List;
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

	/**
	 * Returns charges that are about different permits each: what is named twice is
	 * charged once, with the larger cost.
	 * @param charges some charges
	 * @return a new list in the order in which the permits were first named
	 */
	public static List<Charge> distinct(List<Charge> charges) {
		List<Charge> distinct = new ArrayList<>(charges.size());
		for (int i = 0; i < charges.size(); i++) {
			Charge charge = charges.get(i);
			int earlier = charge.indexOfSameBucket(distinct);
			if (earlier < 0) {
				distinct.add(charge);
			}
			else if (distinct.get(earlier).permits() < charge.permits()) {
				distinct.set(earlier, charge);
			}
		}
		return distinct;
	}

	private int indexOfSameBucket(List<Charge> charges) {
		for (int i = 0; i < charges.size(); i++) {
			if (sameBucketAs(charges.get(i))) {
				return i;
			}
		}
		return -1;
	}

}
