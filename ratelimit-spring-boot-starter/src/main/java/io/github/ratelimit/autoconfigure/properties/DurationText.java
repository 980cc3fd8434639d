package io.github.ratelimit.autoconfigure.properties;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.convert.DurationStyle;

/** Formats durations as in properties. */
public final class DurationText {

	private static final List<ChronoUnit> UNITS = List.of(ChronoUnit.DAYS, ChronoUnit.HOURS, ChronoUnit.MINUTES,
			ChronoUnit.SECONDS, ChronoUnit.MILLIS, ChronoUnit.MICROS);

	/** A number and a unit as rates have it, or as people write it. */
	private static final Pattern OTHER_NOTATION = Pattern.compile(
			"(?i)(\\d+) *(?:(ms|millis(?:econds?)?)|(s|secs?|seconds?)|(m|mins?|minutes?)|(h|hrs?|hours?)|(d|days?))");

	private static final List<String> UNITS_OF_NOTATION = List.of("ms", "s", "m", "h", "d");

	private DurationText() {
	}

	/**
	 * Formats a duration in the largest unit that is exact.
	 * @param duration the duration
	 * @return for example {@code 50ms} or {@code 2h}
	 */
	public static String of(Duration duration) {
		if (duration.isZero()) {
			return "0s";
		}
		for (ChronoUnit unit : UNITS) {
			if (duration.toNanos() % unit.getDuration().toNanos() == 0) {
				return DurationStyle.SIMPLE.print(duration, unit);
			}
		}
		return DurationStyle.SIMPLE.print(duration, ChronoUnit.NANOS);
	}

	/**
	 * Returns what a text was meant to be.
	 * @param text a text that is not a duration of Spring Boot
	 * @return for example {@code 2m} for {@code 2 min}, null if it is unclear
	 */
	static @Nullable String nearest(String text) {
		Matcher matcher = OTHER_NOTATION.matcher(text.strip());
		if (!matcher.matches()) {
			return null;
		}
		for (int i = 0; i < UNITS_OF_NOTATION.size(); i++) {
			if (matcher.group(i + 2) != null) {
				return matcher.group(1) + UNITS_OF_NOTATION.get(i);
			}
		}
		return null;
	}

}
