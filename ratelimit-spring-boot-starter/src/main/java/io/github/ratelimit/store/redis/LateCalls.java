package io.github.ratelimit.store.redis;

import io.github.ratelimit.Charge;
import io.github.ratelimit.LimitDecision;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The permits of one key that this instance has given away and that the last state seen
 * does not lack yet: calls were let go before their answers were there, or have cost what
 * is still to be charged. Thread-safe.
 */
final class LateCalls {

	private long permits;

	/**
	 * Decides a charge from the last state of its key, less the permits that are given
	 * away, and takes its permits. A key that was never seen is full.
	 * @param charge what is asked
	 * @param terms the limit
	 * @param last the last state, null if there is none
	 * @param startNanos when the call asked, by this instance's monotonic clock
	 * @param nowNanos the time of that clock
	 * @param receipt of a charge that is paid
	 */
	synchronized LimitDecision take(Charge charge, LimitTerms terms, @Nullable SeenState last, long startNanos,
			long nowNanos, LateReceipt receipt) {
		SeenState from = terms.from(last, nowNanos);
		SeenState there = from.later(nowNanos, this.permits);
		if (!there.has(charge, Math.max(0, TimeUnit.NANOSECONDS.toMicros(nowNanos - startNanos)))) {
			return there.refused(charge);
		}
		this.permits += charge.permits();
		SeenState left = (charge.permits() == 0) ? there : from.later(nowNanos, this.permits);
		return left.granted(charge, receipt);
	}

	/** Returns the permits that the last state seems to have and that are given away. */
	synchronized long permits() {
		return this.permits;
	}

	/** Adds permits that are given away. */
	synchronized void add(long permits) {
		this.permits += permits;
	}

	/** Ends what is given away: a state that lacks it was seen, or nobody has got it. */
	synchronized void end(long permits) {
		this.permits -= permits;
	}

}
