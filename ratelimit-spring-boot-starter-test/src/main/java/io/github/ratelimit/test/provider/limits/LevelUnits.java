package io.github.ratelimit.test.provider.limits;

/**
 * The level of a token bucket in integers: in parts of a permit so small that a whole
 * number of them refills in a microsecond.
 *
 * @param perPermit the number of parts in a permit
 * @param perMicro the number of parts that refill in a microsecond
 */
record LevelUnits(long perPermit, long perMicro) {

	static LevelUnits of(ProviderLimit limit) {
		return of(limit.permits(), Micros.of(limit.window()));
	}

	static LevelUnits of(long permits, long window) {
		long divisor = greatestCommonDivisor(permits, window);
		LevelUnits units = new LevelUnits(window / divisor, permits / divisor);
		long full = units.perPermit * permits;
		if (Math.multiplyHigh(units.perPermit, permits) != 0 || full < 0 || full > Long.MAX_VALUE / 4) {
			throw new IllegalArgumentException("Too many permits for a window of " + Micros.duration(window) + ": "
					+ permits + ". Take a rounder number or a fixed window.");
		}
		return units;
	}

	private static long greatestCommonDivisor(long a, long b) {
		while (b != 0) {
			long rest = a % b;
			a = b;
			b = rest;
		}
		return a;
	}

	/** Returns how many microseconds it takes until a missing amount has refilled. */
	long microsUntil(long missing) {
		return (missing <= 0) ? 0 : (missing + this.perMicro - 1) / this.perMicro;
	}

}
