package io.github.ratelimit.store.memory.window;

import io.github.ratelimit.Limit;
import io.github.ratelimit.Rate;
import java.math.BigInteger;

/**
 * One rate of a limit of windows, prepared for counting. Shares of limits of different
 * permits are counted in units of which both have whole numbers, so that nothing is lost
 * however often they alternate: permits of such terms are units.
 */
public abstract class WindowRate {

	/** The greatest debt: beyond it a sum may overflow. */
	private static final long MOST_DEBT = 1L << 60;

	/**
	 * More units than this number are avoided, and more than the other are never created.
	 */
	private static final long FINEST = 1L << 40;

	private static final long MOST_UNITS = 1L << 50;

	private final Limit limit;

	private final Rate rate;

	private final long unit;

	private final long permits;

	private final long periodNanos;

	private final long maxDebt;

	/**
	 * Creates the terms.
	 * @param unit how many units make a permit
	 */
	WindowRate(Limit limit, Rate rate, long unit) {
		this.limit = limit;
		this.rate = rate;
		this.unit = unit;
		this.permits = rate.permits() * unit;
		this.periodNanos = rate.period().toNanos();
		this.maxDebt = Math.min(limit.maxDebt(), MOST_DEBT / unit) * unit;
	}

	/** Returns the terms of a rate, in whole permits. */
	public static WindowRate of(Limit limit, Rate rate) {
		return of(limit, rate, 1);
	}

	private static WindowRate of(Limit limit, Rate rate, long unit) {
		return switch (limit.algorithm()) {
			case FIXED_WINDOW -> new FixedWindow.Terms(limit, rate, unit);
			case SLIDING_WINDOW -> new SlidingWindow.Terms(limit, rate, unit);
			case SLIDING_WINDOW_COUNTER -> new SlidingWindowCounter.Terms(limit, rate, unit);
			default -> throw new IllegalArgumentException(limit.algorithm() + " does not count in windows.");
		};
	}

	/** Returns these terms in units of which other terms also have whole numbers. */
	final WindowRate toReadBy(WindowRate other) {
		long divisor = BigInteger.valueOf(this.permits).gcd(BigInteger.valueOf(other.permits)).longValueExact();
		long units = other.permits / divisor;
		if (units > FINEST / this.permits) {
			long enough = (other.permits + this.permits - 1) / this.permits;
			units = Math.max(1, Math.min(enough, MOST_UNITS / this.permits));
		}
		return (units == 1) ? this : of(this.limit, this.rate, units);
	}

	/** Returns how many units make a permit. */
	final long unit() {
		return this.unit;
	}

	/** Returns the number of units in all permits. */
	public final long permits() {
		return this.permits;
	}

	public final long periodNanos() {
		return this.periodNanos;
	}

	final long periodMicros() {
		return this.periodNanos / 1_000;
	}

	final long maxDebt() {
		return this.maxDebt;
	}

	/** Returns an unused window. */
	public abstract Window full(long now);

	/** Returns whether terms count in the same windows, regardless of their permits. */
	public boolean hasWindowsOf(WindowRate other) {
		return other.getClass() == getClass() && other.periodNanos == this.periodNanos;
	}

	/**
	 * Returns a window of other terms, with the same windows: its counts times a number,
	 * divided by another one, rounded up.
	 */
	abstract Window converted(Window other, long divisor, long factor, long now);

	final Window withCountsOf(Window other, long now) {
		return converted(other, 1, 1, now);
	}

	/**
	 * Returns a window of these terms that goes on where one of others is: with the same
	 * counts, or as much used from now on; both as a share and in permits. After another
	 * algorithm, only the share is the same.
	 */
	public final Window after(Window other, long now) {
		Window current = ChangedRateWindow.current(other, now);
		Window share = ChangedRateWindow.shareOf(current);
		Window taken = ChangedRateWindow.takenOf(current);
		WindowRate fine = toReadBy(share.terms());
		long permits = share.terms().permits();
		if (hasWindowsOf(other.terms())) {
			WindowRate highest = (this.permits >= taken.terms().permits) ? this : taken.terms();
			return ChangedRateWindow.of(this, fine.converted(share, permits, fine.permits, now),
					highest.withCountsOf(taken, now), now);
		}
		long used = permits - share.balance(now);
		long permitsTaken = (other.terms().getClass() == getClass()) ? taken.terms().permits - taken.balance(now)
				: scaled(used, permits, this.permits);
		return ChangedRateWindow.of(this, fine.full(now).charged(scaled(used, permits, fine.permits), now),
				full(now).charged(permitsTaken, now), now);
	}

	/** Returns a count times a number, divided by another one, rounded up. */
	static long scaled(long count, long divisor, long factor) {
		if (Math.multiplyHigh(count, factor) == 0 && count * factor >= 0) {
			return (count * factor + divisor - 1) / divisor;
		}
		return BigInteger.valueOf(count)
			.multiply(BigInteger.valueOf(factor))
			.add(BigInteger.valueOf(divisor - 1))
			.divide(BigInteger.valueOf(divisor))
			.longValueExact();
	}

}
