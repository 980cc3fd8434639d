package io.github.ratelimit.provider.dialect;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Reads times in every form in which providers write them: as durations of Go ({@code
 * 20ms}, {@code 6m0s}), seconds, RFC 3339, the date of HTTP, and seconds or milliseconds
 * since 1970. No two forms are ambiguous, since no wait is longer than a year.
 */
final class TimeParser {

	static final Duration LONGEST = Duration.ofDays(366);

	private static final double EPOCH_SECONDS = 1e9;

	private static final double EPOCH_MILLIS = 1e12;

	private static final DateTimeFormatter HTTP_DATE = DateTimeFormatter.RFC_1123_DATE_TIME.withLocale(Locale.ROOT);

	private static final int LONGEST_TEXT = 64;

	private static final Unit[] UNITS = Unit.values();

	private TimeParser() {
	}

	/**
	 * Returns the time until a moment.
	 * @param text the time or the duration
	 * @param now the time at the provider
	 * @return the duration, 0 if the time is over, null if the text cannot be read or the
	 * time is more than a year away
	 */
	static @Nullable Duration until(String text, Instant now) {
		if (text.isEmpty() || text.length() > LONGEST_TEXT) {
			return null;
		}
		char first = text.charAt(0);
		if (Character.isLetter(first)) {
			return between(now, httpDate(text));
		}
		if (text.length() > 10 && text.charAt(4) == '-') {
			return between(now, rfc3339(text));
		}
		double number = DecimalParser.parse(text);
		if (!Double.isNaN(number)) {
			return ofNumber(number, now);
		}
		return bounded(goSeconds(text));
	}

	static @Nullable Instant httpDate(String text) {
		try {
			return OffsetDateTime.parse(text, HTTP_DATE).toInstant();
		}
		catch (DateTimeException ex) {
			return null;
		}
	}

	private static @Nullable Instant rfc3339(String text) {
		try {
			return OffsetDateTime.parse(text).toInstant();
		}
		catch (DateTimeException ex) {
			return null;
		}
	}

	private static @Nullable Duration ofNumber(double number, Instant now) {
		if (number < EPOCH_SECONDS) {
			return bounded(number);
		}
		double millis = (number < EPOCH_MILLIS) ? number * 1000 : number;
		return (millis < EPOCH_MILLIS * 10) ? between(now, Instant.ofEpochMilli((long) millis)) : null;
	}

	private static @Nullable Duration between(Instant now, @Nullable Instant then) {
		if (then == null) {
			return null;
		}
		if (!then.isAfter(now)) {
			return Duration.ZERO;
		}
		return (then.getEpochSecond() - now.getEpochSecond() < LONGEST.toSeconds()) ? Duration.between(now, then)
				: null;
	}

	/** Returns a duration, rounded to microseconds; null if it is too long or none. */
	static @Nullable Duration bounded(double seconds) {
		return (seconds >= 0 && seconds <= LONGEST.toSeconds()) ? Duration.ofNanos(Math.round(seconds * 1e6) * 1000)
				: null;
	}

	/** Returns the seconds of one or several numbers with units, NaN if it is none. */
	private static double goSeconds(String text) {
		double seconds = 0;
		int at = 0;
		while (at < text.length()) {
			int unitAt = end(text, at, true);
			int next = end(text, unitAt, false);
			seconds += DecimalParser.parse(text, at, unitAt) * unitSeconds(text, unitAt, next);
			at = next;
		}
		return seconds;
	}

	private static int end(String text, int from, boolean number) {
		int at = from;
		while (at < text.length() && DecimalParser.isPart(text.charAt(at)) == number) {
			at++;
		}
		return at;
	}

	/** Returns the seconds of a unit in lower case, NaN if it is none. */
	static double unitSeconds(String unit) {
		return unitSeconds(unit, 0, unit.length());
	}

	private static double unitSeconds(String text, int from, int to) {
		for (Unit unit : UNITS) {
			for (String name : unit.names) {
				if (name.length() == to - from && text.startsWith(name, from)) {
					return unit.seconds;
				}
			}
		}
		return Double.NaN;
	}

	private enum Unit {

		MILLISECOND(1e-3, "ms", "msec", "msecs", "millis", "millisecond", "milliseconds"),

		SECOND(1, "s", "sec", "secs", "second", "seconds"),

		MINUTE(60, "m", "min", "mins", "minute", "minutes"),

		HOUR(3600, "h", "hr", "hrs", "hour", "hours"),

		DAY(86_400, "d", "day", "days"),

		MICROSECOND(1e-6, "us", "\u00b5s", "\u03bcs", "microsecond", "microseconds"),

		NANOSECOND(1e-9, "ns", "nanosecond", "nanoseconds");

		private final double seconds;

		@SuppressWarnings("ImmutableEnumChecker")
		private final String[] names;

		Unit(double seconds, String... names) {
			this.seconds = seconds;
			this.names = names;
		}

	}

}
