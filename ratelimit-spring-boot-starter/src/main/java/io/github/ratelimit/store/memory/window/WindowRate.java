package io.github.ratelimit.store.memory.window;

import io.github.ratelimit.Limit;
import io.github.ratelimit.Rate;
import java.math.BigInteger;
import org.jspecify.annotations.Nullable;

/**
 * One rate of a limit of windows, prepared for counting. A state that limits with
 * different permits use alternately is counted in units of which both have whole numbers,
 * so that nothing is lost however often they alternate: permits of its terms are such
 * units.
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

	private final WindowRate whole;

	private final long unit;

	private final long permits;

	private final long periodNanos;

	private final long maxDebt;

	/**
	 * Creates the terms.
	 * @param whole the terms in permits, null if these are
	 * @param unit how many units make a permit
	 */
	WindowRate(Limit limit, Rate rate, @Nullable WindowRate whole, long unit) {
		this.limit = limit;
		this.rate = rate;
		this.whole = (whole != null) ? whole : this;
		this.unit = unit;
		this.permits = rate.permits() * unit;
		this.periodNanos = rate.period().toNanos();
		this.maxDebt = Math.min(limit.maxDebt(), MOST_DEBT / unit) * unit;
	}

	public static WindowRate of(Limit limit, Rate rate) {
		return switch (limit.algorithm()) {
			case FIXED_WINDOW -> new FixedWindow.Terms(limit, rate, null, 1);
			case SLIDING_WINDOW -> new SlidingWindow.Terms(limit, rate, null, 1);
			case SLIDING_WINDOW_COUNTER -> new SlidingWindowCounter.Terms(limit, rate, null, 1);
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
		return (units == 1) ? this : in(this.limit, this.rate, this, units);
	}

	/** Returns terms with this number of units in a permit. */
	abstract WindowRate in(Limit limit, Rate rate, WindowRate whole, long unit);

	/** Returns the terms in permits. */
	public final WindowRate whole() {
		return this.whole;
	}

	/** Returns the number of units in a permit. */
	public final long unit() {
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

	/** Returns a window of other terms, with the same windows, in proportion. */
	public abstract Window inProportion(Window other, long now);

	/**
	 * Returns a window of these terms that continues one of others: with the same counts
	 * in proportion, or the same part used from now on.
	 */
	public final Window after(Window other, long now) {
		WindowRate terms = toReadBy(other.terms());
		if (hasWindowsOf(other.terms())) {
			return terms.inProportion(other, now);
		}
		long permits = other.terms().permits();
		return terms.full(now).charged(terms.scaled(permits - other.balance(now), permits), now);
	}

	/** Returns the same part of these permits as a number is of others, rounded up. */
	final long scaled(long count, long others) {
		if (Math.multiplyHigh(count, this.permits) == 0 && count * this.permits >= 0) {
			return (count * this.permits + others - 1) / others;
		}
		return BigInteger.valueOf(count)
			.multiply(BigInteger.valueOf(this.permits))
			.add(BigInteger.valueOf(others - 1))
			.divide(BigInteger.valueOf(others))
			.longValueExact();
	}

}
