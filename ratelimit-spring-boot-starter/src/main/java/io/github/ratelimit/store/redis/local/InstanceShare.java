package io.github.ratelimit.store.redis.local;

import io.github.ratelimit.Algorithm;
import io.github.ratelimit.InvalidRateException;
import io.github.ratelimit.Limit;
import io.github.ratelimit.Rate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The share of a limit that one of several instances counts during an outage of Redis: a
 * token bucket refills more slowly by the number of instances, and has its part of the
 * burst; a window has its part of the permits. A share is at least one permit or slot.
 */
final class InstanceShare {

	private InstanceShare() {
	}

	/**
	 * Returns the share of one instance.
	 * @param limit the limit
	 * @param instances how many share it, at least 2
	 */
	static Limit of(Limit limit, int instances) {
		if (limit.isConcurrency()) {
			return limit.withMaxConcurrent(part(limit.capacity(), instances));
		}
		List<Rate> rates = new ArrayList<>();
		for (Rate rate : limit.rates()) {
			rates.add((limit.algorithm() == Algorithm.TOKEN_BUCKET)
					? slower(rate, limit.isPaced() ? rate.burst() : part(rate.burst(), instances), instances)
					: Rate.of(part(rate.permits(), instances), rate.period()));
		}
		Limit divided = limit.withRates(rates);
		// rates that have become equal would have no counterpart
		return (divided.quotas() == limit.quotas()) ? divided : limit;
	}

	/** The same permits in a longer time, so that rounding loses none. */
	private static Rate slower(Rate rate, long burst, int instances) {
		Duration period = rate.period().multipliedBy(instances);
		try {
			return new Rate(rate.permits(), period, burst);
		}
		catch (InvalidRateException ex) {
			// cannot be counted exactly; single permits always can
			return oneByOne(rate, period, burst);
		}
	}

	private static Rate oneByOne(Rate rate, Duration period, long burst) {
		long millis = (period.toMillis() - 1) / rate.permits() + 1;
		Duration each = Duration.ofMillis(Math.min(millis, Rate.MAX_TIME_TO_FULL.toMillis()));
		return new Rate(1, each, Math.min(burst, Rate.MAX_TIME_TO_FULL.dividedBy(each)));
	}

	/** Returns the share of this number of permits, at least 1. */
	static long part(long permits, int instances) {
		return Math.max(1, permits / instances);
	}

}
