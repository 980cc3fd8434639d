package io.github.ratelimit.test.provider.dialect;

import io.github.ratelimit.test.provider.limits.LimitState;
import io.github.ratelimit.test.provider.limits.Violation;
import java.math.BigDecimal;
import java.time.Duration;

/** Times as providers calculate and write them. */
final class Times {

	static final Duration MINUTE = Duration.ofMinutes(1);

	static final Duration DAY = Duration.ofDays(1);

	private Times() {
	}

	/**
	 * Returns the time until a limit has a number of permits, truncated to nanoseconds,
	 * and with the errors of binary fractions that providers have.
	 */
	static Duration until(LimitState state, long permits) {
		double missing = permits - state.available();
		if (missing <= 0) {
			return Duration.ZERO;
		}
		if (state.limit().fixedWindow()) {
			return state.untilWindowEnd();
		}
		double perSecond = state.limit().permits() / (state.limit().window().toNanos() / 1e9);
		return Duration.ofNanos((long) (missing / perSecond * 1e9));
	}

	/** Returns whole milliseconds, truncated but for errors of binary fractions. */
	static Duration millis(Duration time) {
		return Duration.ofMillis((time.toNanos() + 1000) / 1_000_000);
	}

	/** Returns whole seconds, rounded up. */
	static long seconds(Duration time) {
		return time.plusNanos(999_999_999).toSeconds();
	}

	/** Returns the seconds after which it makes sense to try again, at least 1. */
	static long retryAfter(Violation violation) {
		Duration time = violation.retryAfter();
		return Math.max(1, seconds((time != null) ? time : MINUTE));
	}

	/** Returns seconds with all their decimals, {@code 57.238747106s}. */
	static String decimalSeconds(Duration time) {
		return BigDecimal.valueOf(time.toNanos(), 9).stripTrailingZeros().toPlainString() + "s";
	}

	/**
	 * Returns a time as Go writes it: {@code 20ms}, {@code 1.559999999s}, {@code 6m0s}.
	 */
	static String go(Duration time) {
		long nanos = time.toNanos();
		if (nanos == 0) {
			return "0s";
		}
		if (nanos < 1_000_000_000) {
			int decimals = (nanos < 1000) ? 0 : (nanos < 1_000_000) ? 3 : 6;
			String unit = (decimals == 0) ? "ns" : (decimals == 3) ? "µs" : "ms";
			return BigDecimal.valueOf(nanos, decimals).stripTrailingZeros().toPlainString() + unit;
		}
		long minutes = time.toMinutes();
		String text = (minutes >= 60) ? minutes / 60 + "h" : "";
		text += (minutes > 0) ? minutes % 60 + "m" : "";
		return text + decimalSeconds(time.minusMinutes(minutes));
	}

	/** Returns the name of a window as providers have it in names of headers. */
	static String window(Duration window) {
		return switch ((int) Math.min(Integer.MAX_VALUE, window.toSeconds())) {
			case 1 -> "second";
			case 60 -> "minute";
			case 3600 -> "hour";
			case 86_400 -> "day";
			default -> (window.toDays() >= 28) ? "month" : window.toSeconds() + "s";
		};
	}

}
