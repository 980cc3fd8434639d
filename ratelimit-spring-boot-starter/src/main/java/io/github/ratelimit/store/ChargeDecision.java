package io.github.ratelimit.store;

import io.github.ratelimit.Key;
import io.github.ratelimit.Limit;
import io.github.ratelimit.LimitDecision;
import org.jspecify.annotations.Nullable;

/**
 * The decision of a store about one charge: the facts, the charge itself, and the receipt
 * for giving its permits back. Immutable.
 */
public abstract class ChargeDecision extends LimitDecision {

	private final Charge charge;

	private final @Nullable Receipt receipt;

	/**
	 * Creates a decision.
	 * @param charge the charge
	 * @param receipt for giving the permits back; null if nothing was taken
	 */
	protected ChargeDecision(Charge charge, @Nullable Receipt receipt) {
		this.charge = charge;
		this.receipt = receipt;
	}

	/**
	 * Returns the decision of a limit that does not refuse.
	 * @param charge the charge
	 * @param receipt for giving the permits back; null if nothing was taken
	 * @param remaining permits that are left, of the rate that has fewest
	 * @param resetAfterNanos nanoseconds until every rate is full, rounded up
	 * @param perRate remaining permits and nanoseconds to full of each rate in order, of
	 * windows also those {@linkplain #moreAfter until there are more}, negative if
	 * unknown; not copied; null for a limit of one rate that is no window
	 * @return the decision
	 */
	public static ChargeDecision granted(Charge charge, @Nullable Receipt receipt, long remaining, long resetAfterNanos,
			long @Nullable [] perRate) {
		return new Facts(charge, receipt, remaining, 0, resetAfterNanos, perRate);
	}

	/**
	 * Returns the decision of a {@linkplain Limit#isPaced() paced} limit that grants a
	 * scheduled permit.
	 * @param charge the charge
	 * @param receipt for giving the scheduled permit back
	 * @param remaining permits that are left, of the rate that has fewest
	 * @param waitNanos nanoseconds until the permit is due, 0 if it is due now
	 * @param resetAfterNanos nanoseconds until every rate is full, rounded up
	 * @param perRate facts of each rate, as of {@link #granted}
	 * @return the decision
	 * @throws IllegalArgumentException if the wait is negative
	 */
	public static ChargeDecision grantedAfter(Charge charge, @Nullable Receipt receipt, long remaining, long waitNanos,
			long resetAfterNanos, long @Nullable [] perRate) {
		if (waitNanos < 0) {
			throw new IllegalArgumentException("A call of limit '" + charge.limit().name() + "' is to wait for "
					+ waitNanos + " ns. It can wait for 0 or more.");
		}
		return new Facts(charge, receipt, remaining, -waitNanos, resetAfterNanos, perRate);
	}

	/**
	 * Returns the decision of a limit that refuses.
	 * @param charge the charge
	 * @param remaining permits that are left, of the rate that has fewest
	 * @param retryAfterNanos nanoseconds until the charge can be paid if no other call
	 * takes permits, rounded up, at least 1; {@link #NEVER} if it is above the capacity
	 * @param resetAfterNanos nanoseconds until every rate is full, rounded up
	 * @param perRate facts of each rate, as of {@link #granted}
	 * @return the decision
	 * @throws IllegalArgumentException if the wait is not positive
	 */
	public static ChargeDecision refused(Charge charge, long remaining, long retryAfterNanos, long resetAfterNanos,
			long @Nullable [] perRate) {
		return new Facts(charge, null, remaining, checked(charge, retryAfterNanos), resetAfterNanos, perRate);
	}

	/**
	 * Returns a decision that was not made by the store, because the store fails.
	 * @param fallback the decision of the fallback
	 * @return a decision with the same facts and receipt, {@link #isDegraded() degraded}
	 */
	public static ChargeDecision degraded(ChargeDecision fallback) {
		return degraded(fallback, true);
	}

	/**
	 * Returns the decision of a limit that lets calls through while its store fails.
	 * @param charge the charge
	 * @return a decision that does not refuse, {@link #isDegraded() degraded} and without
	 * {@link #hasFacts() facts}
	 */
	public static ChargeDecision letThrough(Charge charge) {
		return letThrough(charge, null);
	}

	/**
	 * Returns the decision of a limit that lets a call through before its store has
	 * answered.
	 * @param charge the charge
	 * @param receipt for giving the permits back, null if nothing is taken
	 * @return a decision that does not refuse, {@link #isDegraded() degraded} and without
	 * {@link #hasFacts() facts}
	 */
	public static ChargeDecision letThrough(Charge charge, @Nullable Receipt receipt) {
		return degraded(granted(charge, receipt, 0, 0, null), false);
	}

	/**
	 * Returns the decision of a limit that refuses calls while its store fails.
	 * @param charge the charge
	 * @param retryAfterNanos nanoseconds after which a retry makes sense, at least 1
	 * @return a decision that refuses, {@link #isDegraded() degraded} and without
	 * {@link #hasFacts() facts}
	 * @throws IllegalArgumentException if the wait is not positive
	 */
	public static ChargeDecision unavailable(Charge charge, long retryAfterNanos) {
		return degraded(refused(charge, 0, retryAfterNanos, 0, null), false);
	}

	/**
	 * Returns the decision about a key that is {@linkplain LimitStore#block blocked}.
	 * @param decision the decision of the limit without the block
	 * @param blockedNanos nanoseconds until the block ends, at least 1; the wait of the
	 * limit's own refusal counts if it is longer
	 * @return a decision that refuses, {@link #isBanned() banned} and with the same facts
	 * @throws IllegalArgumentException if the wait is not positive
	 */
	public static ChargeDecision banned(ChargeDecision decision, long blockedNanos) {
		long wait = Math.max(decision.retryAfterNanos(), checked(decision.charge, blockedNanos));
		return new Special(decision, null, wait, decision.hasFacts(), false, true, null);
	}

	/**
	 * Returns the decision that granted permits to a {@linkplain Charge#isPending()
	 * pending} charge.
	 * @param granted the decision of the limit
	 * @param whenDecided is run once, when the outcome of the call is known
	 * @return a decision that runs it
	 */
	public static ChargeDecision pending(ChargeDecision granted, Runnable whenDecided) {
		return new Special(granted, granted.receipt(), granted.waitNanos(), true, false, false, whenDecided);
	}

	/**
	 * Returns the refusal of a {@linkplain Charge#isPending() pending} charge for which
	 * permits may be available as soon as the calls before it are decided.
	 * @param refused the decision of the limit
	 * @param retryAfterNanos nanoseconds after which a retry makes sense, at least 1
	 * @return a decision that refuses with this wait
	 */
	public static ChargeDecision awaitingOutcomes(ChargeDecision refused, long retryAfterNanos) {
		return new Facts(refused, null, checked(refused.charge, retryAfterNanos));
	}

	private static ChargeDecision degraded(ChargeDecision decision, boolean facts) {
		return new Special(decision, decision.receipt(), decision.waitNanos(), facts, true, false, null);
	}

	private static long checked(Charge charge, long retryAfterNanos) {
		if (retryAfterNanos <= 0) {
			throw new IllegalArgumentException("A refusal of limit '" + charge.limit().name() + "' has a wait of "
					+ retryAfterNanos + " ns. It must be positive.");
		}
		return retryAfterNanos;
	}

	/** Notes that the outcome of a call with a pending charge is known. */
	public void decided() {
	}

	/**
	 * Settles what the call cost where the permits are kept.
	 * @param store the store that made the decision
	 * @param actual permits, 0 or more
	 */
	public void settle(LimitStore store, long actual) {
		store.settle(this, actual);
	}

	/**
	 * Gives the permits back to where they are kept.
	 * @param store the store that made the decision
	 */
	public void giveBack(LimitStore store) {
		store.giveBack(this);
	}

	/**
	 * Returns whether what a call took is passed on to what the call calls, which takes
	 * no permits of its own then, and ends with the call.
	 * @return false for limits, whose permits are the call's own
	 */
	public boolean isPassedOn() {
		return false;
	}

	/**
	 * Returns the charge that was decided.
	 * @return the charge
	 */
	public Charge charge() {
		return this.charge;
	}

	@Override
	public final Limit limit() {
		return this.charge.limit();
	}

	@Override
	public final Key key() {
		return this.charge.key();
	}

	@Override
	public final long needed() {
		return this.charge.needed();
	}

	@Override
	public final boolean isEnforced() {
		return this.charge.isEnforced();
	}

	@Override
	public final boolean isHidden() {
		return this.charge.handle().registered().isHidden();
	}

	/**
	 * Returns the same facts for a call that another limit refused, so that its permits
	 * were given back.
	 * @return a decision without a receipt
	 */
	public ChargeDecision withoutReceipt() {
		ChargeDecision without = new Facts(this, null, waitNanos());
		return isDegraded() ? degraded(without, hasFacts()) : without;
	}

	/**
	 * Returns the receipt with which the store can give the permits back.
	 * @return the receipt, null if nothing was taken
	 */
	public @Nullable Receipt receipt() {
		return this.receipt;
	}

	/** A decision with known facts. */
	private static class Facts extends ChargeDecision {

		private final long permitsLeft;

		private final long waitNanos;

		private final long resetAfterNanos;

		private final long @Nullable [] perRate;

		Facts(Charge charge, @Nullable Receipt receipt, long permitsLeft, long waitNanos, long resetAfterNanos,
				long @Nullable [] perRate) {
			super(charge, receipt);
			this.permitsLeft = permitsLeft;
			this.waitNanos = waitNanos;
			this.resetAfterNanos = resetAfterNanos;
			this.perRate = perRate;
		}

		Facts(ChargeDecision facts, @Nullable Receipt receipt, long waitNanos) {
			this(facts.charge(), receipt, facts.permitsLeft(), waitNanos, facts.resetAfterNanos(), facts.perRate());
		}

		@Override
		protected long permitsLeft() {
			return this.permitsLeft;
		}

		@Override
		protected long waitNanos() {
			return this.waitNanos;
		}

		@Override
		protected long resetAfterNanos() {
			return this.resetAfterNanos;
		}

		@Override
		protected long @Nullable [] perRate() {
			return this.perRate;
		}

	}

	/** Separate, so that ordinary decisions take no memory for it. */
	private static final class Special extends Facts {

		private final boolean facts;

		private final boolean degraded;

		private final boolean banned;

		private final @Nullable Runnable whenDecided;

		Special(ChargeDecision decision, @Nullable Receipt receipt, long waitNanos, boolean facts, boolean degraded,
				boolean banned, @Nullable Runnable whenDecided) {
			super(decision, receipt, waitNanos);
			this.facts = facts;
			this.degraded = degraded;
			this.banned = banned;
			this.whenDecided = whenDecided;
		}

		@Override
		public boolean hasFacts() {
			return this.facts;
		}

		@Override
		public boolean isDegraded() {
			return this.degraded;
		}

		@Override
		public boolean isBanned() {
			return this.banned;
		}

		@Override
		public void decided() {
			if (this.whenDecided != null) {
				this.whenDecided.run();
			}
		}

		@Override
		public String toString() {
			return (this.degraded ? "degraded, " : this.banned ? "banned, " : "") + super.toString();
		}

	}

}
