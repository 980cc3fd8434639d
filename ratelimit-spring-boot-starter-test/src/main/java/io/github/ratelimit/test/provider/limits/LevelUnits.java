package io.github.ratelimit.test.provider.limits;

/**
 * The level of a token bucket in whole numbers: in parts of a permit so small that a
 * whole number of them comes back in a microsecond.
 *
 * @param perPermit how many make a permit
 * @param perMicro how many come back in a microsecond
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

	/** Returns how many microseconds it takes until a missing amount is there. */
	long microsUntil(long missing) {
		return (missing <= 0) ? 0 : (missing + this.perMicro - 1) / this.perMicro;
	}

}
