package io.github.ratelimit.store;

import io.github.ratelimit.Key;
import io.github.ratelimit.Limit;
import io.github.ratelimit.registry.LimitHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * The number of permits that a call has to pay to one limit for one key. An ordinary
 * charge is refused if the permits are not available. A charge may also peek without
 * taking permits, be pending until the outcome of the call is known, wait for a scheduled
 * permit, or be a dry run of a limit in shadow mode. Immutable.
 */
public sealed class Charge {

	private final LimitHandle handle;

	private final Key key;

	private Charge(LimitHandle handle, Key key) {
		this.handle = Objects.requireNonNull(handle, "handle");
		this.key = Objects.requireNonNull(key, "key");
	}

	/**
	 * Returns an ordinary charge.
	 * @param handle the limit
	 * @param key the key to charge
	 * @param permits how many, 0 or more; 0 takes nothing
	 * @return the charge
	 * @throws IllegalArgumentException if the permits are negative
	 */
	public static Charge of(LimitHandle handle, Key key, long permits) {
		if (permits < 0) {
			throw new IllegalArgumentException("A call of limit '" + handle.name() + "' costs " + permits
					+ " permits. A cost is 0 or more; permits come back through Permit.giveBack().");
		}
		return (permits == 1) ? new Charge(handle, key) : new OfPermits(handle, key, permits);
	}

	/**
	 * Returns a charge that takes nothing, and is refused if the permits are not there.
	 * It reserves nothing for a later charge, so several calls may see the same permits
	 * at once. A call that counts by its outcome has a {@linkplain #pending() pending}
	 * charge instead.
	 * @param handle the limit
	 * @param key the key to charge
	 * @param needed how many have to be there, 0 or more
	 * @return the charge
	 * @throws IllegalArgumentException if the permits are negative
	 */
	public static Charge peek(LimitHandle handle, Key key, long needed) {
		if (needed < 0) {
			throw new IllegalArgumentException(
					"A call of limit '" + handle.name() + "' needs " + needed + " permits. It can need 0 or more.");
		}
		return new Special(handle, key, 0, needed, 0, true, false);
	}

	/**
	 * Returns this charge for a call that is charged by its outcome: the permits are
	 * taken with the decision and held while the outcome is open, so that no key ever has
	 * more undecided calls than permits. They are given back if the call is not charged,
	 * and stay taken if it is, or if the outcome never becomes known.
	 * @return the charge
	 */
	public final Charge pending() {
		return isPending() ? this
				: new Special(this.handle, this.key, permits(), needed(), maxWaitNanos(), isEnforced(), true);
	}

	/**
	 * Returns this charge for a call that may wait for a scheduled permit.
	 * @param nanos nanoseconds, 0 or more; without effect on limits that do not
	 * {@linkplain Limit#isPaced() pace} their calls
	 * @return the charge
	 * @throws IllegalArgumentException if the time is negative
	 */
	public final Charge waiting(long nanos) {
		if (nanos < 0) {
			throw new IllegalArgumentException("A call cannot wait for " + nanos + " ns. Let it wait for 0 or more.");
		}
		return (nanos == maxWaitNanos()) ? this
				: new Special(this.handle, this.key, permits(), needed(), nanos, isEnforced(), isPending());
	}

	/**
	 * Returns this charge as a dry run, for a limit in shadow mode: the limit decides and
	 * counts, and its refusal stops no call.
	 * @return the charge
	 */
	public final Charge asDryRun() {
		return isEnforced()
				? new Special(this.handle, this.key, permits(), needed(), maxWaitNanos(), false, isPending()) : this;
	}

	/**
	 * Returns this charge for other permits, taken and needed.
	 * @param permits how many, 0 or more
	 * @return the charge
	 */
	public final Charge withPermits(long permits) {
		return (isEnforced() && maxWaitNanos() == 0 && !isPending()) ? Charge.of(this.handle, this.key, permits)
				: new Special(this.handle, this.key, permits, permits, maxWaitNanos(), isEnforced(), isPending());
	}

	/**
	 * Returns this charge for a store that counts only a share of the limit: fewer
	 * permits have to be available than are taken, and the others are a debt.
	 * @param needed how many have to be available, 0 or more
	 * @return the charge
	 * @throws IllegalArgumentException if the permits are negative
	 */
	public final Charge needing(long needed) {
		if (needed < 0) {
			throw new IllegalArgumentException("A call of limit '" + this.handle.name() + "' needs " + needed
					+ " permits. It can need 0 or more.");
		}
		return (needed == needed()) ? this
				: new Special(this.handle, this.key, permits(), needed, maxWaitNanos(), isEnforced(), isPending());
	}

	/**
	 * Returns the limit as it is configured for this call.
	 * @return the limit
	 */
	public final Limit limit() {
		return this.handle.limit();
	}

	/**
	 * Returns the handle that the charge refers to.
	 * @return the handle of the limit as it is configured for this call
	 */
	public final LimitHandle handle() {
		return this.handle;
	}

	/**
	 * Returns the key whose permits are charged.
	 * @return the key
	 */
	public final Key key() {
		return this.key;
	}

	/**
	 * Returns how many permits are taken.
	 * @return permits, 0 or more
	 */
	public long permits() {
		return 1;
	}

	/**
	 * Returns how many permits have to be available for the call to be allowed.
	 * @return permits, at least those that are taken, unless fewer are
	 * {@linkplain #needing needed} of a share
	 */
	public long needed() {
		return permits();
	}

	/**
	 * Returns how long the call may wait for a scheduled permit.
	 * @return nanoseconds, 0 if the call may not wait
	 */
	public long maxWaitNanos() {
		return 0;
	}

	/**
	 * Returns whether a refusal stops the call.
	 * @return false for a dry run
	 */
	public boolean isEnforced() {
		return true;
	}

	/**
	 * Returns whether the permits are held until the outcome of the call is known.
	 * @return whether the call counts by its outcome
	 * @see #pending()
	 */
	public boolean isPending() {
		return false;
	}

	/**
	 * Returns whether both charges are about the same permits.
	 * @param other another charge
	 * @return whether both are of the same registered limit and key
	 */
	public final boolean sameBucketAs(Charge other) {
		return this.handle.registered() == other.handle.registered() && this.handle.purpose() == other.handle.purpose()
				&& this.key.equals(other.key);
	}

	/**
	 * Returns charges without repetition: where two charges are about the same permits,
	 * the one that needs more is kept.
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
			else if (distinct.get(earlier).needed() < charge.needed()) {
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

	@Override
	public final boolean equals(Object other) {
		return this == other || (other instanceof Charge that && this.handle == that.handle && this.key.equals(that.key)
				&& permits() == that.permits() && needed() == that.needed() && maxWaitNanos() == that.maxWaitNanos()
				&& isEnforced() == that.isEnforced() && isPending() == that.isPending());
	}

	@Override
	public final int hashCode() {
		return Objects.hash(this.handle, this.key, permits());
	}

	@Override
	public final String toString() {
		return permits() + " of " + this.handle + " from " + this.key
				+ ((needed() != permits()) ? ", needs " + needed() : "")
				+ ((maxWaitNanos() > 0) ? ", may wait " + maxWaitNanos() + " ns" : "")
				+ (isPending() ? ", pending" : "") + (isEnforced() ? "" : ", only tried out");
	}

	/** Separate, so that charges of one permit take no memory for it. */
	private static sealed class OfPermits extends Charge {

		private final long permits;

		OfPermits(LimitHandle handle, Key key, long permits) {
			super(handle, key);
			this.permits = permits;
		}

		@Override
		public final long permits() {
			return this.permits;
		}

	}

	/** Separate, so that ordinary charges take no memory for it. */
	private static final class Special extends OfPermits {

		private final long needed;

		private final long maxWaitNanos;

		private final boolean enforced;

		private final boolean pending;

		Special(LimitHandle handle, Key key, long permits, long needed, long maxWaitNanos, boolean enforced,
				boolean pending) {
			super(handle, key, permits);
			this.needed = needed;
			this.maxWaitNanos = maxWaitNanos;
			this.enforced = enforced;
			this.pending = pending;
		}

		@Override
		public long needed() {
			return this.needed;
		}

		@Override
		public long maxWaitNanos() {
			return this.maxWaitNanos;
		}

		@Override
		public boolean isEnforced() {
			return this.enforced;
		}

		@Override
		public boolean isPending() {
			return this.pending;
		}

	}

}
