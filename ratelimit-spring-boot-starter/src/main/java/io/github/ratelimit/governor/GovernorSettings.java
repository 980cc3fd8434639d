package io.github.ratelimit.governor;

import io.github.ratelimit.LimitMode;
import io.github.ratelimit.provider.dialect.Dimension;
import java.time.Duration;
import java.util.List;

/**
 * How the calls of a client are governed.
 *
 * @param quotas the provider's limits as far as they are configured; the others are
 * discovered from its responses
 * @param reports whether the provider reports its limits in responses
 * @param maxConcurrent how many calls of a key may be in flight,
 * {@link Integer#MAX_VALUE} for any number
 * @param maxWaiting how many calls of a key may be queued; 0 for none
 * @param maxWait how long a call is queued at most; zero for not at all
 * @param reserve the part of each limit that is never spent, from 0 to 0.9: for requests
 * that arrive in another order than they were sent in, and for other users of the quota
 * @param longestGate for how long a provider's retry-after stops all calls of a key at
 * most
 * @param mode in {@link LimitMode#SHADOW} calls are counted and never delayed
 */
public record GovernorSettings(List<ConfiguredQuota> quotas, boolean reports, int maxConcurrent, int maxWaiting,
		Duration maxWait, double reserve, Duration longestGate, LimitMode mode) {

	/** The defaults of a client without configuration. */
	public static final GovernorSettings DEFAULTS = new GovernorSettings(List.of(), true, Integer.MAX_VALUE, 1000,
			Duration.ofSeconds(30), 0.1, Duration.ofMinutes(5), LimitMode.ENFORCE);

	/**
	 * Creates settings.
	 * @throws IllegalArgumentException if a value is out of its range
	 */
	public GovernorSettings {
		quotas = List.copyOf(quotas);
		if (maxConcurrent < 1 || maxWaiting < 0 || maxWait.isNegative() || longestGate.isNegative()) {
			throw new IllegalArgumentException("maxConcurrent=" + maxConcurrent + ", maxWaiting=" + maxWaiting
					+ ", maxWait=" + maxWait + ", longestGate=" + longestGate
					+ ": pass at least 1 concurrent call, and nothing negative.");
		}
		if (!(reserve >= 0 && reserve <= 0.9)) {
			throw new IllegalArgumentException("reserve=" + reserve + ": pass a part from 0 to 0.9.");
		}
	}

	/**
	 * A limit of a provider as the application's configuration states it.
	 *
	 * @param dimension what is counted
	 * @param permits how many permits there are in a window
	 * @param window the time in which they refill, a little at a time
	 */
	public record ConfiguredQuota(Dimension dimension, long permits, Duration window) {

		/**
		 * Creates a quota.
		 * @throws IllegalArgumentException if the permits or the window are not positive
		 */
		public ConfiguredQuota {
			if (permits <= 0 || window.isNegative() || window.isZero()) {
				throw new IllegalArgumentException(
						permits + " permits in " + window + ": pass a positive number and a positive time.");
			}
		}

	}

}
