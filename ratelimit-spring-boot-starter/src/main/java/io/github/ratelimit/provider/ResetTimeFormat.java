package io.github.ratelimit.provider;

import java.math.BigDecimal;
import java.time.Duration;

/**
 * Formats the times in headers and bodies: in seconds, in milliseconds, and as OpenAI and
 * Go do ({@code 20ms}, {@code 6m0s}). All are rounded up, so that a client that waits
 * this time is not too early.
 */
final class ResetTimeFormat {

	private ResetTimeFormat() {
	}

	/**
	 * Returns a duration as Go's {@code time.Duration.String} formats it, rounded up to
	 * milliseconds.
	 * @param time the time, 0 or more
	 * @return for example {@code 1h2m3.5s}
	 */
	static String go(Duration time) {
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

	/** Returns whole seconds. */
	static long seconds(Duration time) {
		return time.getSeconds() + ((time.getNano() > 0) ? 1 : 0);
	}

	/** Returns whole milliseconds. */
	static long millis(Duration time) {
		return time.toMillis() + ((time.getNano() % 1_000_000 > 0) ? 1 : 0);
	}

}
