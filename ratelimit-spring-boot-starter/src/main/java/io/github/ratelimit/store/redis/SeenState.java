package io.github.ratelimit.store.redis;

import io.github.ratelimit.Charge;
import io.github.ratelimit.LimitDecision;
import io.github.ratelimit.Receipt;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A key's state as Redis showed it: the levels at a moment between question and answer.
 * Also the receipt of what was taken with it. Immutable.
 */
final class SeenState implements Receipt {

	private static final int HEAD = Double.BYTES + 1 + Integer.BYTES;

	private final LevelScale scale;

	private final long[] levels;

	/** How far the state's time is ahead of Redis's clock, after a step back of it. */
	private final long leadMicros;

	private final boolean refunded;

	private final int origin;

	private final long askedNanos;

	private final long answeredNanos;

	private SeenState(LevelScale scale, long[] levels, long leadMicros, boolean refunded, int origin, long askedNanos,
			long answeredNanos) {
		this.scale = scale;
		this.levels = levels;
		this.leadMicros = leadMicros;
		this.refunded = refunded;
		this.origin = origin;
		this.askedNanos = askedNanos;
		this.answeredNanos = answeredNanos;
	}

	/** Returns how many bytes the state of a limit takes in an answer. */
	static int bytes(LevelScale scale) {
		return HEAD + scale.size() * Double.BYTES;
	}

	/**
	 * Reads a state.
	 * @param answer the answer, at the state's place
	 * @param scale the limit that was asked
	 * @param askedNanos when, by this instance's monotonic clock
	 * @param answeredNanos when the answer was there
	 */
	static SeenState read(ByteBuffer answer, LevelScale scale, long askedNanos, long answeredNanos) {
		answer.order(ByteOrder.LITTLE_ENDIAN);
		long lead = (long) answer.getDouble();
		boolean refunded = answer.get() != 0;
		int origin = answer.getInt();
		long[] levels = new long[scale.size()];
		for (int i = 0; i < levels.length; i++) {
			levels[i] = (long) answer.getDouble();
		}
		return new SeenState(scale, levels, lead, refunded, origin, askedNanos, answeredNanos);
	}

	LevelScale scale() {
		return this.scale;
	}

	/** Returns what names the state among all that its key ever has; 0 for none. */
	int origin() {
		return this.origin;
	}

	/** Returns whether permits have ever come back to the state. */
	boolean refunded() {
		return this.refunded;
	}

	long askedNanos() {
		return this.askedNanos;
	}

	/** Returns the decision of a state that has given what was asked. */
	LimitDecision granted(Charge charge, boolean taken) {
		return LimitDecision.granted(charge, taken ? this : null, remaining(0), nanosToFull(0), perRate(0));
	}

	/** Returns the decision of a lease taken with this state that has paid the charge. */
	LimitDecision leased(Charge charge, long left, long nowNanos) {
		long elapsed = microsSince(this.answeredNanos, nowNanos);
		long remaining = Math.min(remaining(elapsed) + left, charge.limit().capacity());
		return LimitDecision.granted(charge, this, remaining, nanosToFull(elapsed), perRate(elapsed));
	}

	/** Returns whether the charge can be paid. */
	boolean has(long permits) {
		for (int i = 0; i < this.levels.length; i++) {
			if (this.scale.permits(i, this.levels[i]) < permits) {
				return false;
			}
		}
		return true;
	}

	/** Returns the decision of a state that has too few permits. */
	LimitDecision refused(Charge charge) {
		return refused(charge, 0);
	}

	/**
	 * Returns the decision some time later, if nobody but time has changed the state or
	 * all who did only took.
	 * @param charge what is asked
	 * @param nowNanos the time of this instance's monotonic clock
	 * @return the refusal, null if the charge may be payable by now
	 */
	@Nullable LimitDecision stillRefused(Charge charge, long nowNanos) {
		// the state may be as old as the question: more cannot have come
		long atMost = microsSince(this.askedNanos, nowNanos) + 1;
		if (charge.permits() <= charge.limit().capacity() && waitMicros(charge.permits()) <= atMost) {
			return null;
		}
		// and as young as the answer: only then has it certainly come
		return refused(charge, microsSince(this.answeredNanos, nowNanos));
	}

	/**
	 * Returns what is there some time later if nobody took anything, null if too little.
	 */
	@Nullable LimitDecision stillThere(Charge charge, long nowNanos) {
		long elapsed = microsSince(this.answeredNanos, nowNanos);
		long remaining = remaining(elapsed);
		return (remaining < charge.permits()) ? null
				: LimitDecision.granted(charge, null, remaining, nanosToFull(elapsed), perRate(elapsed));
	}

	private LimitDecision refused(Charge charge, long elapsedMicros) {
		boolean never = charge.permits() > charge.limit().capacity();
		long wait = never ? LimitDecision.NEVER : 1000 * Math.max(1, waitMicros(charge.permits()) - elapsedMicros);
		return LimitDecision.refused(charge, remaining(elapsedMicros), wait, nanosToFull(elapsedMicros),
				perRate(elapsedMicros));
	}

	/** Somebody else may have seen the state after the caller had looked at the clock. */
	private static long microsSince(long then, long now) {
		return Math.max(0, TimeUnit.NANOSECONDS.toMicros(now - then));
	}

	private long waitMicros(long permits) {
		long longest = 0;
		for (int i = 0; i < this.levels.length; i++) {
			longest = Math.max(longest,
					ahead(this.scale.microsBetween(i, this.levels[i], this.scale.level(i, permits))));
		}
		return longest;
	}

	private long ahead(long micros) {
		return (micros == 0) ? 0 : micros + this.leadMicros;
	}

	/** Returns the permits that are left some time later, of the rate that has fewest. */
	long remaining(long elapsedMicros) {
		long least = Long.MAX_VALUE;
		for (int i = 0; i < this.levels.length; i++) {
			least = Math.min(least, remaining(i, elapsedMicros));
		}
		return least;
	}

	long remaining(int rate, long elapsedMicros) {
		long passed = Math.max(0, elapsedMicros - this.leadMicros);
		return this.scale.permits(rate, this.scale.after(rate, this.levels[rate], passed));
	}

	/** Returns the rate that has fewest permits some time later. */
	int nearest(long elapsedMicros) {
		int nearest = 0;
		for (int i = 1; i < this.levels.length; i++) {
			nearest = (remaining(i, elapsedMicros) < remaining(nearest, elapsedMicros)) ? i : nearest;
		}
		return nearest;
	}

	long nanosToFull(long elapsedMicros) {
		long longest = 0;
		for (int i = 0; i < this.levels.length; i++) {
			longest = Math.max(longest, nanosToFull(i, elapsedMicros));
		}
		return longest;
	}

	private long nanosToFull(int rate, long elapsedMicros) {
		long micros = ahead(this.scale.microsBetween(rate, this.levels[rate], this.scale.full(rate)));
		return 1000 * Math.max(0, micros - elapsedMicros);
	}

	private long @Nullable [] perRate(long elapsedMicros) {
		if (this.levels.length == 1) {
			return null;
		}
		long[] perRate = new long[2 * this.levels.length];
		for (int i = 0; i < this.levels.length; i++) {
			perRate[2 * i] = remaining(i, elapsedMicros);
			perRate[2 * i + 1] = nanosToFull(i, elapsedMicros);
		}
		return perRate;
	}

}
