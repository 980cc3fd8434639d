package io.github.ratelimit.store.redis.script;

import io.github.ratelimit.store.Charge;
import io.github.ratelimit.store.ChargeDecision;
import io.github.ratelimit.store.Receipt;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A snapshot of a key: its state at a moment between call and reply. Also the receipt of
 * what was taken with it. Immutable.
 */
public abstract sealed class Snapshot implements Receipt permits BucketSnapshot, WindowOrSlotSnapshot {

	private final double time;

	private final boolean refunded;

	private final int origin;

	private final long askedNanos;

	private final long answeredNanos;

	Snapshot(ByteBuffer answer, long askedNanos, long answeredNanos) {
		answer.order(ByteOrder.LITTLE_ENDIAN);
		this.refunded = answer.get() != 0;
		this.origin = answer.getInt();
		this.time = answer.getDouble();
		this.askedNanos = askedNanos;
		this.answeredNanos = answeredNanos;
	}

	/**
	 * Creates a computed state: one that another becomes by time, or one that no reply
	 * contained.
	 */
	Snapshot(double time, @Nullable Snapshot before, long nowNanos) {
		this.time = time;
		this.refunded = before != null && before.refunded;
		this.origin = (before != null) ? before.origin : 0;
		this.askedNanos = nowNanos;
		this.answeredNanos = nowNanos;
	}

	public abstract LimitEncoding encoding();

	/** Returns the time that Redis returned with the state, in the unit of its kind. */
	public final double time() {
		return this.time;
	}

	/** Returns the identity of the state among all that its key ever has; 0 for none. */
	public final int origin() {
		return this.origin;
	}

	/** Returns whether permits have ever been given back to the state. */
	public final boolean refunded() {
		return this.refunded;
	}

	public final long askedNanos() {
		return this.askedNanos;
	}

	public final long answeredNanos() {
		return this.answeredNanos;
	}

	/**
	 * Returns the decision of a state that has granted the charge.
	 * @param receipt of what was taken, null if nothing was
	 */
	public abstract ChargeDecision granted(Charge charge, @Nullable Receipt receipt);

	/**
	 * Returns whether the charge can be paid.
	 * @param waitedMicros for how long the call has waited already
	 */
	public abstract boolean has(Charge charge, long waitedMicros);

	/**
	 * Returns what the state becomes by time alone, less some permits.
	 * @param nowNanos the time of this instance's monotonic clock
	 * @param missing permits that are no longer there
	 */
	public abstract Snapshot later(long nowNanos, long missing);

	/** Returns which part of its permits a state has some time later, 0 to 1. */
	final double share(long nowNanos) {
		long elapsed = microsSince(this.askedNanos, nowNanos);
		int nearest = nearest(elapsed);
		double quota = encoding().limit().quota(nearest);
		return Math.max(0, Math.min(1, remaining(nearest, elapsed) / quota));
	}

	/** Returns the decision of a state that has too few permits. */
	public final ChargeDecision refused(Charge charge) {
		return refused(charge, 0);
	}

	/**
	 * Returns the refusal some time later, if nothing but time has raised the state.
	 * @param charge the charge
	 * @param nowNanos the time of this instance's monotonic clock
	 * @return the refusal, null if the charge may be payable by now
	 */
	public final @Nullable ChargeDecision stillRefused(Charge charge, long nowNanos) {
		// the state may be as old as the call: more cannot have refilled
		long atMost = microsSince(this.askedNanos, nowNanos) + 1;
		if (!isRefusedFor(charge, atMost)) {
			return null;
		}
		// and as young as the reply: only this much has certainly refilled
		return refused(charge, microsSince(this.answeredNanos, nowNanos));
	}

	/** Returns whether a charge is certainly refused for this time. */
	abstract boolean isRefusedFor(Charge charge, long micros);

	/**
	 * Returns the decision of what is available some time later if nothing was taken;
	 * null if that is too little or unknown.
	 */
	public final @Nullable ChargeDecision stillThere(Charge charge, long nowNanos) {
		long elapsed = microsSince(this.answeredNanos, nowNanos);
		boolean there = Math.max(0, remaining(elapsed)) >= charge.needed() && charge.needed() <= encoding().most();
		return (!there || !isKnownAfter(microsSince(this.askedNanos, nowNanos) + 1)) ? null
				: ChargeDecision.granted(charge, null, remaining(elapsed), nanosToFull(elapsed), perRate(elapsed));
	}

	/** Returns whether what is left some time later is known. */
	abstract boolean isKnownAfter(long micros);

	private ChargeDecision refused(Charge charge, long elapsedMicros) {
		boolean never = charge.needed() > encoding().most();
		long wait = never ? ChargeDecision.NEVER : nanos(Math.max(1, waitMicros(charge) - elapsedMicros));
		return ChargeDecision.refused(charge, Math.max(0, remaining(elapsedMicros)), wait, nanosToFull(elapsedMicros),
				perRate(elapsedMicros));
	}

	/** Returns how long a charge had to wait when the state was read. */
	abstract long waitMicros(Charge charge);

	/** Another thread may have read the state after the caller had read the clock. */
	static long microsSince(long then, long now) {
		return Math.max(0, TimeUnit.NANOSECONDS.toMicros(now - then));
	}

	/** Returns microseconds in nanoseconds, at most the longest wait. */
	static long nanos(long micros) {
		return 1000 * Math.min(micros, ChargeDecision.NEVER / 1000 - 1);
	}

	abstract int quotas();

	/** Returns the permits of one quota some time later; a debt is negative. */
	public abstract long remaining(int quota, long elapsedMicros);

	public abstract long nanosToFull(int quota, long elapsedMicros);

	/**
	 * Returns the permits that are left some time later, for the rate that has fewest.
	 */
	public final long remaining(long elapsedMicros) {
		return remaining(nearest(elapsedMicros), elapsedMicros);
	}

	/**
	 * Returns one instance's part of what is left.
	 * @param instances how many instances there are
	 * @param nowNanos the time of this instance's monotonic clock
	 * @return the permits of each rate, a debt being negative; for a paced limit, 1 less
	 * the scheduled permits that are taken
	 */
	public final long[] parts(int instances, long nowNanos) {
		long elapsed = microsSince(this.askedNanos, nowNanos);
		long[] parts = new long[quotas()];
		for (int i = 0; i < parts.length; i++) {
			parts[i] = part(i, elapsed, instances);
		}
		return parts;
	}

	long part(int quota, long elapsedMicros, int instances) {
		return Math.floorDiv(remaining(quota, elapsedMicros), instances);
	}

	/** Returns the quota that has fewest permits some time later. */
	public final int nearest(long elapsedMicros) {
		int nearest = 0;
		for (int i = 1; i < quotas(); i++) {
			nearest = (remaining(i, elapsedMicros) < remaining(nearest, elapsedMicros)) ? i : nearest;
		}
		return nearest;
	}

	public final long nanosToFull(long elapsedMicros) {
		long longest = 0;
		for (int i = 0; i < quotas(); i++) {
			longest = Math.max(longest, nanosToFull(i, elapsedMicros));
		}
		return longest;
	}

	/** Returns what is left and the time to full of each rate, null for a single rate. */
	public long @Nullable [] perRate(long elapsedMicros) {
		if (quotas() == 1) {
			return null;
		}
		long[] perRate = new long[2 * quotas()];
		for (int i = 0; i < quotas(); i++) {
			perRate[2 * i] = Math.max(0, remaining(i, elapsedMicros));
			perRate[2 * i + 1] = nanosToFull(i, elapsedMicros);
		}
		return perRate;
	}

}
