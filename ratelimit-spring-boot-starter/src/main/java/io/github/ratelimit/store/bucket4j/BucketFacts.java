package io.github.ratelimit.store.bucket4j;

import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.BucketState;
import io.github.ratelimit.store.Charge;
import io.github.ratelimit.store.ChargeDecision;
import io.github.ratelimit.store.Receipt;
import java.math.BigInteger;
import org.jspecify.annotations.Nullable;

/**
 * A token bucket's state as a decision with its facts. The state has to be refilled up to
 * the moment of the decision.
 * <p>
 * Waits are rounded up to the nanosecond, where Bucket4j rounds down: a caller is refused
 * until exactly the reported time, and accepted then.
 */
public final class BucketFacts {

	private static final BigInteger LONGEST = BigInteger.valueOf(ChargeDecision.NEVER - 1);

	private static final long UNKNOWN = Long.MIN_VALUE;

	private BucketFacts() {
	}

	/**
	 * Returns the decision of a bucket that has granted the charge.
	 * @param charge the charge
	 * @param receipt for giving it back; null if nothing was taken
	 * @param after the state after the permits were taken, which must not be changed
	 * @return the decision
	 */
	public static ChargeDecision granted(Charge charge, @Nullable Receipt receipt, BucketState after) {
		Bandwidth[] bandwidths = after.getConfiguration().getBandwidths();
		return (bandwidths.length == 1) ? new Granted(charge, receipt, after) : ChargeDecision.granted(charge, receipt,
				after.getAvailableTokens(), nanosToFull(after, bandwidths), perRate(after, bandwidths));
	}

	/**
	 * Returns the decision of a bucket that has too few permits.
	 * @param charge the charge
	 * @param state the state
	 * @return the decision
	 */
	public static ChargeDecision refused(Charge charge, BucketState state) {
		Bandwidth[] bandwidths = state.getConfiguration().getBandwidths();
		return ChargeDecision.refused(charge, state.getAvailableTokens(), wait(charge, state, bandwidths),
				nanosToFull(state, bandwidths), perRate(state, bandwidths));
	}

	/**
	 * Returns whether a bucket has what a call needs. A call that needs nothing is not
	 * refused because of a debt.
	 * @param state the state
	 * @param needed permits, 0 or more
	 * @return whether the permits are available
	 */
	public static boolean has(BucketState state, long needed) {
		return needed <= state.getAvailableTokens() || needed == 0;
	}

	private static long wait(Charge charge, BucketState state, Bandwidth[] bandwidths) {
		long wait = 0;
		for (int i = 0; charge.needed() > 0 && i < bandwidths.length; i++) {
			wait = Math.max(wait, (charge.needed() > bandwidths[i].getCapacity()) ? ChargeDecision.NEVER
					: nanosUntil(charge.needed(), state, i, bandwidths[i]));
		}
		return wait;
	}

	/**
	 * Returns the decision of a bucket some time after its state, without refilling it:
	 * what {@link #refused} would return for the state refilled up to then.
	 * @param charge the charge
	 * @param state the state
	 * @param elapsed nanoseconds since the state
	 * @return the refusal; null if the charge may be payable by then, or it takes
	 * refilling to know
	 */
	public static @Nullable ChargeDecision stillRefused(Charge charge, BucketState state, long elapsed) {
		Bandwidth[] bandwidths = state.getConfiguration().getBandwidths();
		long wait = wait(charge, state, bandwidths);
		long[] perRate = (bandwidths.length > 1) ? new long[2 * bandwidths.length] : null;
		long least = Long.MAX_VALUE;
		long toFull = 0;
		for (int i = 0; i < bandwidths.length; i++) {
			long size = sizeAfter(elapsed, state, i, bandwidths[i]);
			if (size == UNKNOWN) {
				return null;
			}
			long full = Math.max(0, nanosUntil(bandwidths[i].getCapacity(), state, i, bandwidths[i]) - elapsed);
			least = Math.min(least, size);
			toFull = Math.max(toFull, full);
			if (perRate != null) {
				perRate[2 * i] = size;
				perRate[2 * i + 1] = full;
			}
		}
		if (wait <= elapsed) {
			return null;
		}
		return ChargeDecision.refused(charge, least, (wait == ChargeDecision.NEVER) ? wait : wait - elapsed, toFull,
				perRate);
	}

	/** Returns {@link #UNKNOWN} if it takes more than 64 bits. */
	private static long sizeAfter(long elapsed, BucketState state, int index, Bandwidth bandwidth) {
		long tokens = bandwidth.getRefillTokens();
		long size = state.getCurrentSize(index);
		if (size >= bandwidth.getCapacity()) {
			return size;
		}
		if (elapsed < 0 || elapsed > (Long.MAX_VALUE - state.getRoundingError(index)) / tokens) {
			return UNKNOWN;
		}
		long come = (elapsed * tokens + state.getRoundingError(index)) / bandwidth.getRefillPeriodNanos();
		return (come >= bandwidth.getCapacity() - size) ? bandwidth.getCapacity() : size + come;
	}

	/**
	 * Returns how long a bucket takes to be full.
	 * @param state the state
	 * @return nanoseconds, rounded up, 0 if full
	 */
	public static long nanosToFull(BucketState state) {
		return nanosToFull(state, state.getConfiguration().getBandwidths());
	}

	/**
	 * Returns how long it takes until windows refill what is missing.
	 * @param missing permits, at least 1
	 * @param permits how many a window brings
	 * @param period nanoseconds of a window
	 * @param now nanoseconds since the epoch
	 * @return nanoseconds until the window begins that brings the last of them
	 */
	public static long nanosUntilWindow(long missing, long permits, long period, long now) {
		long windows = (missing - 1) / permits;
		long untilNext = period - Math.floorMod(now, period);
		return (windows > (ChargeDecision.NEVER - 1 - untilNext) / period) ? ChargeDecision.NEVER - 1
				: windows * period + untilNext;
	}

	private static long nanosToFull(BucketState state, Bandwidth[] bandwidths) {
		long longest = 0;
		for (int i = 0; i < bandwidths.length; i++) {
			longest = Math.max(longest, nanosUntil(bandwidths[i].getCapacity(), state, i, bandwidths[i]));
		}
		return longest;
	}

	/** Returns how long an empty bucket of the bandwidth takes to be full. */
	static long nanosToFull(Bandwidth bandwidth) {
		return ceilDivide(bandwidth.getCapacity(), bandwidth.getRefillPeriodNanos(), 0, bandwidth.getRefillTokens());
	}

	private static long @Nullable [] perRate(BucketState state, Bandwidth[] bandwidths) {
		if (bandwidths.length == 1) {
			return null;
		}
		long[] perRate = new long[2 * bandwidths.length];
		for (int i = 0; i < bandwidths.length; i++) {
			perRate[2 * i] = state.getCurrentSize(i);
			perRate[2 * i + 1] = nanosUntil(bandwidths[i].getCapacity(), state, i, bandwidths[i]);
		}
		return perRate;
	}

	private static long nanosUntil(long permits, BucketState state, int index, Bandwidth bandwidth) {
		long deficit = permits - state.getCurrentSize(index);
		if (deficit <= 0) {
			return 0;
		}
		return ceilDivide(deficit, bandwidth.getRefillPeriodNanos(), state.getRoundingError(index),
				bandwidth.getRefillTokens());
	}

	/** Returns (deficit x period - credit) / tokens, rounded up. */
	private static long ceilDivide(long deficit, long period, long credit, long tokens) {
		if (Math.multiplyHigh(deficit, period) == 0 && deficit * period > 0) {
			long numerator = deficit * period - credit;
			return (numerator - 1) / tokens + 1;
		}
		BigInteger numerator = BigInteger.valueOf(deficit)
			.multiply(BigInteger.valueOf(period))
			.subtract(BigInteger.valueOf(credit));
		BigInteger divisor = BigInteger.valueOf(tokens);
		return numerator.add(divisor).subtract(BigInteger.ONE).divide(divisor).min(LONGEST).longValueExact();
	}

	/** For one rate. Its facts follow from the state and are computed on request. */
	private static final class Granted extends ChargeDecision {

		private final BucketState after;

		Granted(Charge charge, @Nullable Receipt receipt, BucketState after) {
			super(charge, receipt);
			this.after = after;
		}

		@Override
		protected long waitNanos() {
			return 0;
		}

		@Override
		protected long permitsLeft() {
			return this.after.getAvailableTokens();
		}

		@Override
		protected long resetAfterNanos() {
			return nanosToFull(this.after);
		}

	}

}
