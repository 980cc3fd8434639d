package io.github.ratelimit;

import java.time.Duration;
import java.util.Locale;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/** The units in which the period of a rate is written, the longest first. */
enum PeriodUnit {

	DAY("d", "day", 86_400_000L), HOUR("h", "hour", 3_600_000L), MINUTE("min", "minute", 60_000L),
	SECOND("s", "second", 1_000L), MILLISECOND("ms", "millisecond", 1L);

	private static final int SHORTEST_WORD = 3;

	private final String symbol;

	private final String word;

	private final long millis;

	PeriodUnit(String symbol, String word, long millis) {
		this.symbol = symbol;
		this.word = word;
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

	/** Returns the unit of a word such as minutes or sec, null if there is none. */
	static @Nullable PeriodUnit ofWord(String word) {
		String lowerCase = word.toLowerCase(Locale.ROOT);
		for (PeriodUnit unit : values()) {
			if (lowerCase.length() >= SHORTEST_WORD && (unit.word + "s").startsWith(lowerCase)) {
				return unit;
			}
		}
		return null;
	}

	String symbol() {
		return this.symbol;
	}

	/**
	 * Reads a period: a unit with an optional whole number before it.
	 * @param text the period, for example {@code 15min}
	 * @param before the text before it, for an example of how to write it
	 * @param refusal creates the exception from the mistake and the correction
	 */
	static Duration parse(String text, String before, BiFunction<String, String, InvalidRateException> refusal) {
		int digits = 0;
		while (digits < text.length() && text.charAt(digits) >= '0' && text.charAt(digits) <= '9') {
			digits++;
		}
		String symbol = text.substring(digits);
		if (digits > 0 && symbol.isEmpty()) {
			throw refusal.apply("has a period without a unit",
					"Give the period a unit: ms, s, min, h or d, for example '" + before + text + "s'.");
		}
		PeriodUnit unit = of(symbol);
		if (unit == null) {
			throw refusal.apply("has '" + text + "' as its period", remedy(symbol, before + text.substring(0, digits)));
		}
		try {
			return unit.times((digits > 0) ? Long.parseLong(text.substring(0, digits)) : 1);
		}
		catch (NumberFormatException | ArithmeticException ex) {
			throw refusal.apply("has a period that is too long", "The longest period is " + RateRules.MAX_DAYS + "d.");
		}
	}

	private static String remedy(String symbol, String before) {
		String lowerCase = symbol.toLowerCase(Locale.ROOT);
		if (of(lowerCase) != null) {
			return "Write the unit in lower case: ms, s, min, h or d.";
		}
		PeriodUnit meant = ofWord(symbol);
		if (meant != null) {
			return "Write '" + before + meant.symbol + "'.";
		}
		return "The unit is one of ms, s, min (or m), h and d, with an optional whole number before it, for example 15min.";
	}

	/** Throws {@link ArithmeticException} if the period overflows. */
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
