package io.github.ratelimit.provider;

import java.math.BigDecimal;
import java.time.Duration;

/** Formats durations as Go does, and with it OpenAI: {@code 20ms}, {@code 6m0s}. */
final class GoDuration {

	private GoDuration() {
	}

	/**
	 * Returns a duration as Go's {@code time.Duration.String} formats it, rounded up to
	 * milliseconds.
	 * @param time the time, 0 or more
	 * @return for example {@code 1h2m3.5s}
	 */
	static String of(Duration time) {
		long millis = millis(time);
		if (millis == 0) {
			return "0s";
		}
		if (millis < 1000) {
			return millis + "ms";
		}
		long minutes = millis / 60_000;
		StringBuilder text = new StringBuilder();
		if (minutes >= 60) {
			text.append(minutes / 60).append('h');
		}
		if (minutes > 0) {
			text.append(minutes % 60).append('m');
		}
		text.append(BigDecimal.valueOf(millis % 60_000, 3).stripTrailingZeros().toPlainString());
		return text.append('s').toString();
	}

	/**
	 * Returns whole milliseconds, rounded up, so that a client that waits this time is
	 * not too early.
	 */
	static long millis(Duration time) {
		return time.toMillis() + ((time.getNano() % 1_000_000 > 0) ? 1 : 0);
	}

}
