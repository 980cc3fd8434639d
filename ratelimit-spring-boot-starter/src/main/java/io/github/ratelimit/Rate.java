package io.github.ratelimit;

import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * A number of permits in a period, and how many may be saved up: {@code 60/min burst 90}.
 * <p>
 * In text a rate is {@code <permits>/<period>[ burst <permits>]}. The period is one of
 * the units {@code ms}, {@code s}, {@code min} (or {@code m}), {@code h} and {@code d},
 * with an optional whole number before it: {@code 5/15min}, {@code 1/500ms}. Without
 * {@code burst} the permits of one period can be saved up.
 * <p>
 * A rate that cannot be counted exactly cannot be built: no number below 1, no period
 * that is not made of whole milliseconds, at most one permit per nanosecond, and at most
 * {@link #MAX_TIME_TO_FULL} to fill.
 *
 * @param permits how many permits a period brings, from 1 to {@link #MAX_PERMITS}
 * @param period the time in which they refill, whole milliseconds, at least one
 * @param burst how many permits can be saved up, from 1 to {@link #MAX_PERMITS}
 */
public record Rate(long permits, Duration period, long burst) {

	/**
	 * The most permits of a rate: the largest integer that a structured header field can
	 * carry.
	 */
	public static final long MAX_PERMITS = 999_999_999_999_999L;

	/**
	 * The longest that an empty bucket may take to fill: 36,500 days, about a hundred
	 * years.
	 */
	public static final Duration MAX_TIME_TO_FULL = Duration.ofDays(36_500);

	/**
	 * Creates a rate.
	 * @throws InvalidRateException if the numbers cannot be counted exactly
	 */
	public Rate {
		Objects.requireNonNull(period, "period");
		RateRules.check(permits, period, burst);
	}

	/**
	 * Returns a rate whose burst is the permits of one period.
	 * @param permits how many permits a period brings
	 * @param period the time in which they refill
	 * @return the rate
	 * @throws InvalidRateException if the numbers cannot be counted exactly
	 */
	public static Rate of(long permits, Duration period) {
		return new Rate(permits, period, permits);
	}

	/**
	 * Reads one rate, for example {@code 60/min burst 90}.
	 * @param text the rate
	 * @return the rate
	 * @throws InvalidRateException if the text is no rate, or its numbers cannot be
	 * counted exactly
	 */
	public static Rate parse(String text) {
		return RateParser.parse(text);
	}

	/**
	 * Reads rates separated by commas, for example {@code 5/s, 60/min burst 90}.
	 * @param text one rate or more
	 * @return the rates in the order in which they were written, at least one
	 * @throws InvalidRateException if a part of the text is no rate
	 */
	public static List<Rate> parseAll(String text) {
		List<Rate> rates = new ArrayList<>();
		for (String part : text.split(",", -1)) {
			rates.add(RateParser.parse(part));
		}
		return List.copyOf(rates);
	}

	/**
	 * Returns this rate with another burst.
	 * @param permits how many permits can be saved up
	 * @return a rate with that burst
	 * @throws InvalidRateException if the burst is out of range
	 */
	public Rate withBurst(long permits) {
		return new Rate(this.permits, this.period, permits);
	}

	/**
	 * Returns how long an empty bucket of this rate takes to fill, rounded up to a
	 * nanosecond.
	 * @return the time to full
	 */
	public Duration timeToFull() {
		BigInteger nanos = RateRules.nanosToFull(this.permits, this.period, this.burst);
		return Duration.ofNanos(nanos.longValueExact());
	}

	/** Returns how long some permits of this rate take, in nanoseconds rounded up. */
	long refillNanos(long count) {
		long nanos = this.period.toNanos();
		long rest = count % this.permits;
		long part = (Math.multiplyHigh(rest, nanos) == 0 && rest * nanos >= 0)
				? (rest * nanos + this.permits - 1) / this.permits
				: (long) Math.ceil((double) rest * nanos / this.permits);
		return count / this.permits * nanos + part;
	}

	/**
	 * Returns the rate as {@link #parse} reads it, in its shortest form.
	 * @return for example {@code 60/min burst 90}
	 */
	@Override
	public String toString() {
		String text = this.permits + "/" + PeriodUnit.format(this.period);
		return (this.burst != this.permits) ? text + " burst " + this.burst : text;
	}

}
