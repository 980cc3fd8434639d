package io.github.ratelimit;

import java.util.Locale;

/**
 * How a limit counts, and so what it may admit at worst.
 */
public enum Algorithm {

	/**
	 * Permits come back evenly and can be saved up to the burst: never more than burst +
	 * rate x time. With a {@linkplain Limit#maxWait() wait} it paces calls instead (a
	 * leaky bucket): never more than 1 + rate x time.
	 */
	TOKEN_BUCKET,

	/**
	 * All permits come back at once, at whole periods of the clock: up to twice the limit
	 * around the turn of a window.
	 */
	FIXED_WINDOW,

	/**
	 * Counts by segments of the period, the oldest in full: never more than the limit in
	 * any period.
	 */
	SLIDING_WINDOW,

	/**
	 * Weighs the count of the window before by what is left of it: cheap, and twice the
	 * limit at worst.
	 */
	SLIDING_WINDOW_COUNTER,

	/**
	 * Remembers every call: exactly the limit in any period.
	 */
	SLIDING_WINDOW_LOG,

	/**
	 * Counts the calls that are under way, not those of a time.
	 */
	CONCURRENCY;

	/**
	 * Returns the algorithm as configuration and endpoint write it.
	 * @return for example {@code token-bucket}
	 */
	@Override
	public String toString() {
		return name().toLowerCase(Locale.ROOT).replace('_', '-');
	}

}
