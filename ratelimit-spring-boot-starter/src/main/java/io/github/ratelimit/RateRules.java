package io.github.ratelimit;

import java.math.BigInteger;
import java.time.Duration;

/** The conditions under which a rate can be counted exactly in 64 bits. */
final class RateRules {

	static final long MAX_DAYS = Rate.MAX_TIME_TO_FULL.toDays();

	private static final BigInteger MAX_NANOS_TO_FULL = BigInteger.valueOf(Rate.MAX_TIME_TO_FULL.toNanos());

	private static final BigInteger MAX_PRODUCT = BigInteger.ONE.shiftLeft(62);

	private RateRules() {
	}

	static void check(long permits, Duration period, long burst) {
		check(permits + "/" + written(period) + " burst " + burst, permits, period, burst);
	}

	/** A period that no rate can have is not written like one. */
	private static String written(Duration period) {
		boolean valid = !period.isNegative() && !period.isZero() && period.getNano() % 1_000_000 == 0
				&& period.compareTo(Rate.MAX_TIME_TO_FULL) <= 0;
		return valid ? PeriodUnit.format(period) : period.toString();
	}

	static void check(String text, long permits, Duration period, long burst) {
		checkCount(text, "permits", permits);
		checkCount(text, "burst", burst);
		checkPeriod(text, period);
		long nanos = period.toNanos();
		if (permits > nanos) {
			throw new InvalidRateException(text, "is faster than one permit per nanosecond",
					"Lower the permits to at most " + nanos + " or lengthen the period.");
		}
		if (nanosToFull(permits, period, burst).compareTo(MAX_NANOS_TO_FULL) > 0) {
			throw new InvalidRateException(text, "takes longer than " + MAX_DAYS + " days to fill",
					"Lower the burst or raise the permits.");
		}
		checkProduct(text, permits, nanos);
	}

	private static void checkCount(String text, String what, long count) {
		if (count < 1) {
			throw new InvalidRateException(text, "has " + count + " as its " + what,
					"At least 1 is needed; to refuse everything, do not offer the path at all.");
		}
		if (count > Rate.MAX_PERMITS) {
			throw new InvalidRateException(text, "has more " + what + " than can be counted",
					"The most that can be counted is " + Rate.MAX_PERMITS + ".");
		}
	}

	private static void checkPeriod(String text, Duration period) {
		if (period.isNegative() || period.isZero()) {
			throw new InvalidRateException(text, "has a period of 0 or less", "The shortest period is 1ms.");
		}
		if (period.compareTo(Rate.MAX_TIME_TO_FULL) > 0) {
			throw new InvalidRateException(text, "has a period that is too long",
					"The longest period is " + MAX_DAYS + "d.");
		}
		if (period.getNano() % 1_000_000 != 0) {
			throw new InvalidRateException(text, "has a period that is not made of whole milliseconds",
					"The shortest step of a period is 1ms.");
		}
	}

	/**
	 * A bucket keeps the refilled part of a permit as a 64-bit numerator. If permits
	 * times nanoseconds, in lowest terms, does not fit, it continues in doubles and drops
	 * that part at each granted call, so that a busy bucket gets less than its rate and
	 * no wait is exact.
	 */
	private static void checkProduct(String text, long permits, long nanos) {
		if (!fits(permits, nanos)) {
			throw new InvalidRateException(text, "cannot be counted exactly: " + permits + " permits and " + nanos
					+ " nanoseconds have too few factors in common", rounder(permits, nanos));
		}
	}

	private static boolean fits(long permits, long nanos) {
		BigInteger count = BigInteger.valueOf(permits);
		BigInteger time = BigInteger.valueOf(nanos);
		BigInteger gcd = count.gcd(time);
		return count.divide(gcd).multiply(time.divide(gcd)).compareTo(MAX_PRODUCT) <= 0;
	}

	private static String rounder(long permits, long nanos) {
		for (long step = 10; step <= permits; step *= 10) {
			long candidate = permits - permits % step;
			if (fits(candidate, nanos)) {
				return "Write a rounder number of permits, for example " + candidate + ".";
			}
		}
		return "Write a rounder number of permits or a shorter period.";
	}

	static BigInteger nanosToFull(long permits, Duration period, long burst) {
		BigInteger divisor = BigInteger.valueOf(permits);
		return BigInteger.valueOf(burst)
			.multiply(BigInteger.valueOf(period.toNanos()))
			.add(divisor.subtract(BigInteger.ONE))
			.divide(divisor);
	}

}
