package io.github.ratelimit;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What one limit says to one charge, with its facts. It speaks of the moment of the
 * decision. Immutable.
 * <p>
 * A limit with several rates has facts of each rate, by the rate's place in
 * {@link Limit#rates()}, one that counts calls under way has them at place 0; the figures
 * without a place speak of all rates together.
 */
public sealed class LimitDecision {

	/** The wait, in nanoseconds, for what cannot be had at any time. */
	public static final long NEVER = Long.MAX_VALUE;

	private static final int WINDOW_FACTS = 3;

	private final Charge charge;

	private final @Nullable Receipt receipt;

	private final long remaining;

	/**
	 * Positive: the wait of a refusal. Negative: the wait of a call that has its turn.
	 */
	private final long waitNanos;

	private final long resetAfterNanos;

	/**
	 * Remaining and reset-after of each rate in turn, for windows also more-after,
	 * negative if unknown; null where one rate says nothing more than the decision
	 * itself.
	 */
	private final long @Nullable [] perRate;

	private LimitDecision(Charge charge, @Nullable Receipt receipt, long remaining, long waitNanos,
			long resetAfterNanos, long @Nullable [] perRate) {
		this.charge = charge;
		this.receipt = receipt;
		this.remaining = remaining;
		this.waitNanos = waitNanos;
		this.resetAfterNanos = resetAfterNanos;
		this.perRate = perRate;
	}

	/**
	 * Returns the decision of a limit that does not refuse.
	 * @param charge what was asked
	 * @param receipt for giving the permits back; null where nothing was taken
	 * @param remaining permits that are left, of the rate that has fewest
	 * @param resetAfterNanos nanoseconds until every rate is full, rounded up
	 * @param perRate remaining permits and nanoseconds to full of each rate in turn, of
	 * windows also those {@linkplain #moreAfter until there are more}, negative if
	 * unknown; not copied; null for a limit of one rate that is no window
	 * @return the decision
	 */
	public static LimitDecision granted(Charge charge, @Nullable Receipt receipt, long remaining, long resetAfterNanos,
			long @Nullable [] perRate) {
		return new LimitDecision(charge, receipt, remaining, 0, resetAfterNanos, perRate);
	}

	/**
	 * Returns the decision of a limit that {@linkplain Limit#paces() paces} calls and has
	 * given this one its turn.
	 * @param charge what was asked
	 * @param receipt for giving the turn back
	 * @param remaining permits that are left, of the rate that has fewest
	 * @param waitNanos nanoseconds until the turn comes, 0 if it is now
	 * @param resetAfterNanos nanoseconds until every rate is full, rounded up
	 * @param perRate remaining permits and nanoseconds to full of each rate in turn, of
	 * windows also those {@linkplain #moreAfter until there are more}, negative if
	 * unknown; not copied; null for a limit of one rate that is no window
	 * @return the decision
	 * @throws IllegalArgumentException if the wait is negative
	 */
	public static LimitDecision grantedAfter(Charge charge, @Nullable Receipt receipt, long remaining, long waitNanos,
			long resetAfterNanos, long @Nullable [] perRate) {
		if (waitNanos < 0) {
			throw new IllegalArgumentException("A call of limit '" + charge.limit().name() + "' is to wait for "
					+ waitNanos + " ns. It can wait for 0 or more.");
		}
		return new LimitDecision(charge, receipt, remaining, -waitNanos, resetAfterNanos, perRate);
	}

	/**
	 * Returns the decision of a limit that refuses.
	 * @param charge what was asked
	 * @param remaining permits that are left, of the rate that has fewest
	 * @param retryAfterNanos nanoseconds until the charge can be paid if nobody else
	 * takes anything, rounded up, at least 1; {@link #NEVER} if it is above the capacity
	 * @param resetAfterNanos nanoseconds until every rate is full, rounded up
	 * @param perRate remaining permits and nanoseconds to full of each rate in turn, of
	 * windows also those {@linkplain #moreAfter until there are more}, negative if
	 * unknown; not copied; null for a limit of one rate that is no window
	 * @return the decision
	 * @throws IllegalArgumentException if the wait is not positive
	 */
	public static LimitDecision refused(Charge charge, long remaining, long retryAfterNanos, long resetAfterNanos,
			long @Nullable [] perRate) {
		if (retryAfterNanos <= 0) {
			throw new IllegalArgumentException("A refusal of limit '" + charge.limit().name() + "' has a wait of "
					+ retryAfterNanos + " ns. It must be positive.");
		}
		return new LimitDecision(charge, null, remaining, retryAfterNanos, resetAfterNanos, perRate);
	}

	/**
	 * Returns the decision of what stands in for a store that fails.
	 * @param standIn what it says
	 * @return a decision with the same facts and receipt, {@link #isDegraded() degraded}
	 */
	public static LimitDecision degraded(LimitDecision standIn) {
		return new Degraded(standIn, true);
	}

	/**
	 * Returns the decision of a limit that lets calls through while its store fails.
	 * @param charge what was asked
	 * @return a decision that does not refuse, {@link #isDegraded() degraded} and without
	 * {@link #hasFacts() facts}
	 */
	public static LimitDecision letThrough(Charge charge) {
		return letThrough(charge, null);
	}

	/**
	 * Returns the decision of a limit that lets a call through before its store has
	 * answered.
	 * @param charge what was asked
	 * @param receipt for giving the permits back, null where nothing is taken
	 * @return a decision that does not refuse, {@link #isDegraded() degraded} and without
	 * {@link #hasFacts() facts}
	 */
	public static LimitDecision letThrough(Charge charge, @Nullable Receipt receipt) {
		return new Degraded(granted(charge, receipt, 0, 0, null), false);
	}

	/**
	 * Returns the decision of a limit that refuses calls while its store fails.
	 * @param charge what was asked
	 * @param retryAfterNanos nanoseconds after which it is worth asking again, at least 1
	 * @return a decision that refuses, {@link #isDegraded() degraded} and without
	 * {@link #hasFacts() facts}
	 * @throws IllegalArgumentException if the wait is not positive
	 */
	public static LimitDecision unavailable(Charge charge, long retryAfterNanos) {
		return new Degraded(refused(charge, 0, retryAfterNanos, 0, null), false);
	}

	/**
	 * Returns the decision about a key that has been banned for its many refusals.
	 * @param said what the limit says, or would say without the ban
	 * @param retryAfterNanos nanoseconds until the ban ends, at least 1
	 * @return a decision that refuses, {@link #isBanned() banned} and with the same facts
	 * @throws IllegalArgumentException if the wait is not positive
	 */
	public static LimitDecision banned(LimitDecision said, long retryAfterNanos) {
		return new Banned(refused(said.charge, said.remaining, retryAfterNanos, said.resetAfterNanos, said.perRate));
	}

	/**
	 * Returns the decision that has given permits to a {@linkplain Charge#isPending()
	 * pending} charge.
	 * @param granted what the limit says
	 * @param whenDecided is run once, when the outcome of the call is known
	 */
	static LimitDecision pending(LimitDecision granted, Runnable whenDecided) {
		return new Pending(granted, whenDecided);
	}

	/**
	 * Returns the refusal of a {@linkplain Charge#isPending() pending} charge for which
	 * the permits may be there as soon as the calls before it are decided.
	 * @param refused what the limit says
	 * @param retryAfterNanos nanoseconds after which it is worth asking again, at least 1
	 */
	static LimitDecision awaitingOutcomes(LimitDecision refused, long retryAfterNanos) {
		return new AwaitingOutcomes(
				refused(refused.charge, refused.remaining, retryAfterNanos, refused.resetAfterNanos, refused.perRate));
	}

	/** The outcome of a call with a pending charge is known. */
	void decided() {
	}

	/**
	 * Returns what was asked.
	 * @return the charge
	 */
	public Charge charge() {
		return this.charge;
	}

	/**
	 * Returns the limit that speaks.
	 * @return the limit
	 */
	public Limit limit() {
		return this.charge.limit();
	}

	/**
	 * Returns whose permits were asked for.
	 * @return the key
	 */
	public Key key() {
		return this.charge.key();
	}

	/**
	 * Returns whether this limit refuses. In a refused decision over several limits the
	 * others are not violated, and nothing was taken from them.
	 * @return whether the limit has too few permits
	 */
	public boolean violated() {
		return this.waitNanos > 0;
	}

	/**
	 * Returns whether this limit stops the call: one that is only tried out stops none,
	 * even {@linkplain #violated() violated}.
	 * @return whether the limit is violated and enforced
	 */
	public boolean refuses() {
		return this.waitNanos > 0 && this.charge.enforced();
	}

	/**
	 * Returns how long a call has to wait for its turn that the limit has granted.
	 * @return nanoseconds, 0 if it may go on at once or is refused
	 */
	public long turnAfterNanos() {
		return (this.waitNanos < 0) ? -this.waitNanos : 0;
	}

	/**
	 * Returns whether the key is banned for its many refusals, whatever permits it has.
	 * @return whether this refusal is a penalty
	 */
	public boolean isBanned() {
		return false;
	}

	/**
	 * Returns whether this limit refuses only because calls whose outcome is not known
	 * yet hold the permits of the key, as far as this process knows. Such a refusal has a
	 * short wait, and leads to no ban.
	 * @return whether the permits may come back as soon as those calls are decided
	 * @see Charge#pending()
	 */
	public boolean awaitsOutcomes() {
		return false;
	}

	/**
	 * Returns whether the charge is above the limit's capacity, so that waiting does not
	 * help.
	 * @return whether it can never be paid
	 */
	public boolean neverPayable() {
		return this.waitNanos == NEVER;
	}

	/**
	 * Returns whether this limit is nearer to refusing the next call than another: of
	 * those that refuse, the one with the longer wait, else the one that has room for
	 * fewer further calls like this one. A limit that lets calls through without
	 * {@link #hasFacts() facts} is never nearer.
	 * @param other another limit's decision about the same call
	 * @return whether this one is nearer, false if both are equally near
	 */
	public boolean isNearerToRefusalThan(LimitDecision other) {
		if (violated() || other.violated()) {
			return this.waitNanos > other.waitNanos;
		}
		return furtherCalls() < other.furtherCalls();
	}

	private double furtherCalls() {
		if (!hasFacts()) {
			return Double.POSITIVE_INFINITY;
		}
		return (double) remaining() / Math.max(1, this.charge.needed());
	}

	/**
	 * Returns how many permits are left after this decision, of the rate that has fewest.
	 * @return permits, 0 or more
	 */
	public long remaining() {
		return Math.max(0, this.remaining);
	}

	/**
	 * Returns how many permits a rate has left.
	 * @param rate the rate's place in {@link Limit#rates()}
	 * @return permits, 0 or more
	 */
	public long remaining(int rate) {
		Objects.checkIndex(rate, limit().quotas());
		return (this.perRate == null) ? remaining() : Math.max(0, this.perRate[facts() * rate]);
	}

	/**
	 * Returns whether a rate has too few permits for the charge.
	 * @param rate the rate's place in {@link Limit#rates()}
	 * @return whether this rate refuses
	 */
	public boolean violated(int rate) {
		return violated() && (limit().quotas() == 1 || remaining(rate) < this.charge.needed());
	}

	/**
	 * Returns how long to wait until the charge can be paid, if nobody else takes
	 * anything: refused until exactly then.
	 * @return zero if it was not refused, {@link #NEVER} nanoseconds if it can never be
	 * paid
	 */
	public Duration retryAfter() {
		return Duration.ofNanos(retryAfterNanos());
	}

	/**
	 * Returns {@link #retryAfter()} in nanoseconds.
	 * @return nanoseconds, 0 if not refused, {@link #NEVER} if it can never be paid
	 */
	public long retryAfterNanos() {
		return Math.max(0, this.waitNanos);
	}

	/**
	 * Returns how long it takes until all permits are there again, if nobody takes any.
	 * @return the time to full, zero if full
	 */
	public Duration resetAfter() {
		return Duration.ofNanos(this.resetAfterNanos);
	}

	/**
	 * Returns {@link #resetAfter()} of one rate.
	 * @param rate the rate's place in {@link Limit#rates()}
	 * @return the time to full, zero if full
	 */
	public Duration resetAfter(int rate) {
		Objects.checkIndex(rate, limit().quotas());
		return (this.perRate == null) ? resetAfter() : Duration.ofNanos(this.perRate[facts() * rate + 1]);
	}

	/** Returns how many facts there are of each rate. */
	private int facts() {
		return (this.perRate != null) ? this.perRate.length / limit().quotas() : 2;
	}

	/**
	 * Returns how long it takes until a rate has more permits than are left, if nobody
	 * takes any: until the next one is refilled, or leaves a window. It is the same
	 * whether the call was refused or not.
	 * @param rate the rate's place in {@link Limit#rates()}
	 * @return zero if the rate is full; null if it is not known: of calls under way, and
	 * of windows whose store does not tell
	 */
	public @Nullable Duration moreAfter(int rate) {
		Objects.checkIndex(rate, limit().quotas());
		if (this.perRate != null && facts() == WINDOW_FACTS) {
			long more = this.perRate[WINDOW_FACTS * rate + 2];
			return (more >= 0) ? Duration.ofNanos(more) : null;
		}
		return switch (limit().algorithm()) {
			case CONCURRENCY -> null;
			case TOKEN_BUCKET ->
				Duration.ofNanos(NextPermit.afterNanos(limit(), rate, remaining(rate), resetAfter(rate)));
			default -> resetAfter(rate).isZero() ? Duration.ZERO : null;
		};
	}

	/**
	 * Returns the same facts for a call whose permits went back, since another limit
	 * refused it.
	 * @return a decision without a receipt
	 */
	public LimitDecision withoutReceipt() {
		LimitDecision without = new LimitDecision(this.charge, null, this.remaining, this.waitNanos,
				this.resetAfterNanos, this.perRate);
		return isDegraded() ? new Degraded(without, hasFacts()) : without;
	}

	/**
	 * Returns what the store needs to give the permits back.
	 * @return the receipt, null where nothing was taken
	 */
	public @Nullable Receipt receipt() {
		return this.receipt;
	}

	/**
	 * Returns whether the limit's store failed, so that something else decided:
	 * {@link OnStoreFailure}.
	 * @return whether this is not the decision of the store
	 */
	public boolean isDegraded() {
		return false;
	}

	/**
	 * Returns whether remaining permits and reset mean anything.
	 * @return false where nobody counted
	 */
	public boolean hasFacts() {
		return true;
	}

	/**
	 * Returns whether the limit refuses only because its store fails, whatever permits
	 * there may be.
	 * @return whether it could not decide and refuses
	 */
	public final boolean unavailable() {
		return violated() && !hasFacts();
	}

	@Override
	public String toString() {
		return limit().name() + " " + key() + (violated() ? " refused" : " granted") + ", remaining " + remaining()
				+ ", retry after " + retryAfter() + ", reset after " + resetAfter();
	}

	/** Kept apart, so that ordinary decisions take no memory for it. */
	private static final class Degraded extends LimitDecision {

		private final boolean facts;

		Degraded(LimitDecision standIn, boolean facts) {
			super(standIn.charge, standIn.receipt, standIn.remaining, standIn.waitNanos, standIn.resetAfterNanos,
					standIn.perRate);
			this.facts = facts;
		}

		@Override
		public boolean isDegraded() {
			return true;
		}

		@Override
		public boolean hasFacts() {
			return this.facts;
		}

		@Override
		public String toString() {
			return "degraded, " + super.toString();
		}

	}

	/** Knows who has to be told of the outcome. */
	private static final class Pending extends LimitDecision {

		private final Runnable whenDecided;

		Pending(LimitDecision granted, Runnable whenDecided) {
			super(granted.charge, granted.receipt, granted.remaining, granted.waitNanos, granted.resetAfterNanos,
					granted.perRate);
			this.whenDecided = whenDecided;
		}

		@Override
		void decided() {
			this.whenDecided.run();
		}

	}

	private static final class AwaitingOutcomes extends LimitDecision {

		AwaitingOutcomes(LimitDecision refused) {
			super(refused.charge, null, refused.remaining, refused.waitNanos, refused.resetAfterNanos, refused.perRate);
		}

		@Override
		public boolean awaitsOutcomes() {
			return true;
		}

		@Override
		public String toString() {
			return "awaiting outcomes, " + super.toString();
		}

	}

	private static final class Banned extends LimitDecision {

		Banned(LimitDecision refused) {
			super(refused.charge, null, refused.remaining, refused.waitNanos, refused.resetAfterNanos, refused.perRate);
		}

		@Override
		public boolean isBanned() {
			return true;
		}

		@Override
		public String toString() {
			return "banned, " + super.toString();
		}

	}

}
