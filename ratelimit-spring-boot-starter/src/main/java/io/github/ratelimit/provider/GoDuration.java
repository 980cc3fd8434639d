package io.github.ratelimit.provider;

import java.time.Duration;

/** Writes times as Go does, and with it OpenAI: {@code 20ms}, {@code 6m0s}. */
final class GoDuration {

	private GoDuration() {
	}

	/**
	 * Returns a time as Go's {@code time.Duration.String} has it, rounded up to
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
		long seconds = millis / 1000;
		long minutes = seconds / 60;
		StringBuilder text = new StringBuilder();
		if (minutes >= 60) {
			text.append(minutes / 60).append('h');
		}
		if (minutes > 0) {
			text.append(minutes % 60).append('m');
		}
		text.append(seconds % 60);
		appendFraction(text, (int) (millis % 1000));
		return text.append('s').toString();
	}

	private static void appendFraction(StringBuilder to, int millis) {
		if (millis == 0) {
			return;
		}
		to.append('.').append(millis / 100);
		if (millis % 100 != 0) {
			to.append(millis / 10 % 10);
		}
		if (millis % 10 != 0) {
			to.append(millis % 10);
		}
	}

	/** Returns whole milliseconds, so that nobody who waits them comes too early. */
	static long millis(Duration time) {
		return time.toMillis() + ((time.getNano() % 1_000_000 > 0) ? 1 : 0);
	}

}
