package io.github.ratelimit;

import java.util.Locale;

/**
 * How a limit counts, which determines what it admits in the worst case.
 */
public enum Algorithm {

	/**
	 * Permits refill evenly and can be saved up to the burst: never more than burst +
	 * rate x time. With a {@linkplain Limit#maxWait() wait} it paces calls instead (a
	 * leaky bucket): never more than 1 + rate x time.
	 */
	TOKEN_BUCKET,

	/**
	 * All permits refill at once, at whole periods of the clock: up to twice the limit
	 * around the boundary between two windows.
	 */
	FIXED_WINDOW,

	/**
	 * Counts by segments of the period, the oldest in full: never more than the limit in
	 * any period.
	 */
	SLIDING_WINDOW,

	/**
	 * Weighs the count of the previous window by the part of it that is still within the
	 * period: cheap, with twice the limit in the worst case.
	 */
	SLIDING_WINDOW_COUNTER,

	/**
	 * Remembers every call: exactly the limit in any period.
	 */
	SLIDING_WINDOW_LOG,

	/**
	 * Counts the calls in flight, not the calls of a period.
	 */
	CONCURRENCY;

	/**
	 * Returns the algorithm as it is written in the configuration and the endpoint.
	 * @return for example {@code token-bucket}
	 */
	@Override
	public String toString() {
		return name().toLowerCase(Locale.ROOT).replace('_', '-');
	}

}
