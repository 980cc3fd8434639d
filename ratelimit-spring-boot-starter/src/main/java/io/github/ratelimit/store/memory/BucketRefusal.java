package io.github.ratelimit.store.memory;

import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.BucketState;
import io.github.ratelimit.store.Charge;
import io.github.ratelimit.store.ChargeDecision;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A refusal by a token bucket. As long as the state is the same, what is available later
 * follows from it, without another copy to refill, so that frequent refusals of one
 * caller cost least.
 *
 * @param state the state that the cell has
 * @param refilled the same at the time of the refusal; must not be changed
 * @param nanos that time
 */
record BucketRefusal(BucketState state, BucketState refilled, long nanos) {

	private static final long UNKNOWN = Long.MIN_VALUE;

	/** Returns the decision at the time of the refusal. */
	ChargeDecision decision(Charge charge) {
		return Objects.requireNonNull(after(0, charge));
	}

	/**
	 * Returns the decision at a later time, which is that of the state refilled up to
	 * then.
	 * @return null if the state or the configuration has changed, if the charge may be
	 * payable by now, or if it takes refilling to know
	 */
	@Nullable ChargeDecision again(Charge charge, BucketState state, BucketConfiguration configuration, long now) {
		return (state != this.state || this.refilled.getConfiguration() != configuration) ? null
				: after(now - this.nanos, charge);
	}

	private @Nullable ChargeDecision after(long elapsed, Charge charge) {
		Bandwidth[] bandwidths = this.refilled.getConfiguration().getBandwidths();
		long wait = wait(charge.needed(), bandwidths);
		long[] perRate = (bandwidths.length > 1) ? new long[2 * bandwidths.length] : null;
		long least = Long.MAX_VALUE;
		long toFull = 0;
		for (int i = 0; i < bandwidths.length; i++) {
			long size = sizeAfter(elapsed, i, bandwidths[i]);
			if (size == UNKNOWN) {
				return null;
			}
			long full = Math.max(0, nanosUntil(bandwidths[i].getCapacity(), i, bandwidths[i]) - elapsed);
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

	private long wait(long needed, Bandwidth[] bandwidths) {
		long wait = 0;
		for (int i = 0; needed > 0 && i < bandwidths.length; i++) {
			wait = Math.max(wait, (needed > bandwidths[i].getCapacity()) ? ChargeDecision.NEVER
					: nanosUntil(needed, i, bandwidths[i]));
		}
		return wait;
	}

	private long nanosUntil(long permits, int rate, Bandwidth bandwidth) {
		return BucketCell.nanosUntil(permits, this.refilled, rate, bandwidth);
	}

	/** Returns {@link #UNKNOWN} if it takes more than 64 bits. */
	private long sizeAfter(long elapsed, int rate, Bandwidth bandwidth) {
		long tokens = bandwidth.getRefillTokens();
		long size = this.refilled.getCurrentSize(rate);
		long part = this.refilled.getRoundingError(rate);
		if (size >= bandwidth.getCapacity()) {
			return size;
		}
		if (elapsed < 0 || elapsed > (Long.MAX_VALUE - part) / tokens) {
			return UNKNOWN;
		}
		long come = (elapsed * tokens + part) / bandwidth.getRefillPeriodNanos();
		return (come >= bandwidth.getCapacity() - size) ? bandwidth.getCapacity() : size + come;
	}

}
