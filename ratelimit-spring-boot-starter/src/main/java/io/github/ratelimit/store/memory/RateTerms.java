package io.github.ratelimit.store.memory;

import io.github.ratelimit.Limit;
import io.github.ratelimit.Rate;
import java.math.BigInteger;
import org.jspecify.annotations.Nullable;

/** One rate of a limit of windows, prepared for counting. */
abstract class RateTerms {

	/** The most that is ever owed: beyond it a sum may overflow. */
	private static final long MOST_DEBT = 1L << 60;

	private final long permits;

	private final long periodNanos;

	private final long maxDebt;

	RateTerms(Limit limit, Rate rate) {
		this.permits = rate.permits();
		this.periodNanos = rate.period().toNanos();
		this.maxDebt = Math.min(limit.maxDebt(), MOST_DEBT);
	}

	static RateTerms of(Limit limit, Rate rate) {
		return switch (limit.algorithm()) {
			case FIXED_WINDOW -> new FixedWindow.Terms(limit, rate);
			case SLIDING_WINDOW -> new SegmentedWindow.Terms(limit, rate);
			case SLIDING_WINDOW_COUNTER -> new WeightedWindow.Terms(limit, rate);
			default -> throw new IllegalArgumentException(limit.algorithm() + " does not count in windows.");
		};
	}

	final long permits() {
		return this.permits;
	}

	final long periodNanos() {
		return this.periodNanos;
	}

	final long periodMicros() {
		return this.periodNanos / 1_000;
	}

	final long maxDebt() {
		return this.maxDebt;
	}

	/** Returns a window of which nothing is used. */
	abstract RateWindow full(long now);

	/**
	 * Returns a window of other terms with the same counts in proportion, null if it does
	 * not count in the same windows.
	 */
	abstract @Nullable RateWindow inProportion(RateWindow other, long now);

	/** Returns so many of other permits as are the same part of these, rounded up. */
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
