package io.github.ratelimit;

import java.time.Duration;

/** Computes when a token bucket has one more permit, from its level and its rate. */
final class NextPermit {

	private static final long NANOS_PER_MICRO = 1000;

	private NextPermit() {
	}

	/**
	 * Returns the time to full, less the time that all further permits take. It is
	 * rounded down to a microsecond: the time to full of some stores is rounded up to
	 * one.
	 * @param limit a limit of token buckets
	 * @param rate the index of the rate
	 * @param remaining the whole permits that are left
	 * @param resetAfter the time to full
	 * @return nanoseconds, 0 if the bucket is full
	 */
	static long afterNanos(Limit limit, int rate, long remaining, Duration resetAfter) {
		long nanos = resetAfter.toNanos();
		if (limit.isPaced() || nanos == 0) {
			return nanos; // a paced bucket has one permit
		}
		Rate refill = limit.rates().get(rate);
		long further = Math.max(0, limit.quota(rate) - remaining - 1);
		long left = nanos - refillNanos(refill, further);
		return Math.max(NANOS_PER_MICRO, left - left % NANOS_PER_MICRO);
	}

	private static long refillNanos(Rate rate, long permits) {
		long period = rate.period().toNanos();
		long rest = permits % rate.permits();
		double part = (double) rest * period / rate.permits();
		long exact = (Math.multiplyHigh(rest, period) == 0 && rest * period >= 0)
				? (rest * period + rate.permits() - 1) / rate.permits() : (long) Math.ceil(part);
		return permits / rate.permits() * period + exact;
	}

}
