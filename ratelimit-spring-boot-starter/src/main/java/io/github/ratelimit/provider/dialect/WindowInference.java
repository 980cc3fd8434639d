package io.github.ratelimit.provider.dialect;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Finds the window of a limit from what a provider reports. */
final class WindowInference {

	static final Duration SECOND = Duration.ofSeconds(1);

	static final Duration TEN_SECONDS = Duration.ofSeconds(10);

	static final Duration MINUTE = Duration.ofMinutes(1);

	static final Duration HOUR = Duration.ofHours(1);

	static final Duration DAY = Duration.ofDays(1);

	static final Duration MONTH = Duration.ofDays(30);

	private static final Duration[] USUAL = { SECOND, TEN_SECONDS, MINUTE, HOUR, DAY };

	private static final double TOLERANCE = 1.02;

	/** Above this ratio the numbers are too inexact. */
	private static final double VAGUE = 1.25;

	private WindowInference() {
	}

	/**
	 * Returns the window of a limit that refills continuously: the limit times the time
	 * until it is full, divided by what is used. Providers report whole permits, and
	 * milliseconds or seconds, so the numbers leave a range; the usual window in it is
	 * chosen.
	 * @param limit the limit
	 * @param remaining what remains
	 * @param untilFull the time until it is full
	 * @return the window, null if the figures do not show it
	 */
	static @Nullable Duration continuous(long limit, long remaining, @Nullable Duration untilFull) {
		if (limit == Quota.UNKNOWN || remaining == Quota.UNKNOWN || remaining >= limit || untilFull == null
				|| untilFull.isZero()) {
			return null;
		}
		long used = limit - remaining;
		double seconds = seconds(untilFull);
		double rounding = Math.min(seconds / 2, (untilFull.toNanosPart() == 0) ? 1 : 1e-3);
		double shortest = limit * (seconds - rounding) / used;
		if (used == 1) {
			// the permit may be almost refilled, and then the range has no end
			return (shortest > seconds(MINUTE) * TOLERANCE) ? atLeast(shortest) : null;
		}
		double longest = limit * (seconds + rounding) / (used - 1);
		double likely = limit * seconds / used;
		Duration usual = nearest(likely, shortest / TOLERANCE, longest * TOLERANCE);
		if (usual != null) {
			return usual;
		}
		boolean clear = longest / shortest < VAGUE && likely >= seconds(SECOND) && likely <= seconds(DAY);
		return clear ? TimeParser.bounded(likely) : null;
	}

	private static @Nullable Duration nearest(double likely, double shortest, double longest) {
		Duration best = null;
		for (Duration usual : USUAL) {
			boolean possible = seconds(usual) >= shortest && seconds(usual) <= longest;
			if (possible && (best == null || distance(usual, likely) < distance(best, likely))) {
				best = usual;
			}
		}
		return best;
	}

	private static double distance(Duration usual, double likely) {
		return Math.abs(Math.log(seconds(usual) / likely));
	}

	/**
	 * Returns the window of a limit that refills all at once.
	 * @param untilEnd the time until it does
	 * @return the shortest usual window that is not over sooner, null if there is none
	 */
	static @Nullable Duration fixed(@Nullable Duration untilEnd) {
		return (untilEnd != null) ? atLeast(Math.max(seconds(untilEnd), seconds(MINUTE))) : null;
	}

	private static @Nullable Duration atLeast(double seconds) {
		for (Duration usual : USUAL) {
			if (seconds(usual) * TOLERANCE >= seconds) {
				return usual;
			}
		}
		return (seconds <= seconds(MONTH)) ? MONTH : null;
	}

	private static double seconds(Duration duration) {
		return duration.toNanos() / 1e9;
	}

}
