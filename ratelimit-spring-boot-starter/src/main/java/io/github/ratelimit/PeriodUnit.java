package io.github.ratelimit;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The units in which the period of a rate is written, the longest first. */
enum PeriodUnit {

	DAY("d", 86_400_000L), HOUR("h", 3_600_000L), MINUTE("min", 60_000L), SECOND("s", 1_000L), MILLISECOND("ms", 1L);

	private final String symbol;

	private final long millis;

	PeriodUnit(String symbol, long millis) {
		this.symbol = symbol;
		this.millis = millis;
	}

	static @Nullable PeriodUnit of(String symbol) {
		for (PeriodUnit unit : values()) {
			if (unit.symbol.equals(symbol)) {
				return unit;
			}
		}
		return symbol.equals("m") ? MINUTE : null;
	}

	/** Throws {@link ArithmeticException} where the period does not fit. */
	Duration times(long count) {
		return Duration.ofMillis(Math.multiplyExact(count, this.millis));
	}

	static String format(Duration period) {
		long millis = period.toMillis();
		for (PeriodUnit unit : values()) {
			if (millis % unit.millis == 0) {
				long count = millis / unit.millis;
				return (count == 1) ? unit.symbol : count + unit.symbol;
			}
		}
		throw new IllegalStateException("Period " + period + " is not made of whole milliseconds");
	}

}
