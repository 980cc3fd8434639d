package io.github.ratelimit.provider.dialect;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One limit of a provider as a response reports it.
 *
 * @param dimension what is counted
 * @param limit the number of permits when nothing is used, {@link #UNKNOWN} if it is not
 * reported
 * @param remaining how many permits are left, {@link #UNKNOWN} if it is not reported
 * @param untilFull after what time all permits are available again: the end of the window
 * if the refill is a fixed window; null if the response does not report it
 * @param window the time in which {@code limit} permits refill; null if it is unknown
 * @param refill how the permits refill
 */
public record Quota(Dimension dimension, long limit, long remaining, @Nullable Duration untilFull,
		@Nullable Duration window, Refill refill) {

	/** A number that the response does not report. */
	public static final long UNKNOWN = -1;

	/**
	 * Creates a quota.
	 * @throws IllegalArgumentException if a number is below {@link #UNKNOWN}, a limit is
	 * 0, a time is negative, or a window is not positive
	 */
	public Quota {
		Objects.requireNonNull(dimension, "dimension");
		Objects.requireNonNull(refill, "refill");
		if (limit < UNKNOWN || limit == 0 || remaining < UNKNOWN) {
			throw new IllegalArgumentException("limit=" + limit + ", remaining=" + remaining
					+ ": pass a positive limit and 0 or more remaining permits, or Quota.UNKNOWN.");
		}
		if (untilFull != null && untilFull.isNegative()) {
			throw new IllegalArgumentException("untilFull=" + untilFull + ": pass a time that is not negative.");
		}
		if (window != null && (window.isNegative() || window.isZero())) {
			throw new IllegalArgumentException("window=" + window + ": pass a positive time.");
		}
	}

}
