package io.github.ratelimit.test.provider.limits;

import java.time.Duration;
import java.util.Objects;

/**
 * One limit of a provider.
 *
 * @param unit what it counts
 * @param permits how many permits there are in a window, and at most at once
 * @param window the time in which they refill
 * @param fixedWindow false if permits refill continuously (a token bucket); true if all
 * refill at once, when a window begins. Fixed windows begin at multiples of their length
 * since 1970-01-01T00:00Z, so those of a minute at its beginning
 */
public record ProviderLimit(LimitedUnit unit, long permits, Duration window, boolean fixedWindow) {

	/**
	 * Creates a limit.
	 * @throws IllegalArgumentException if there is no permit, if the window is shorter
	 * than a microsecond, or if the numbers are too large to calculate with
	 */
	public ProviderLimit {
		Objects.requireNonNull(unit, "unit");
		if (permits < 1) {
			throw new IllegalArgumentException("A limit needs at least 1 permit, not " + permits);
		}
		if (Micros.of(window) < 1) {
			throw new IllegalArgumentException("A window needs at least a microsecond, not " + window);
		}
		if (!fixedWindow) {
			LevelUnits.of(permits, Micros.of(window));
		}
	}

	/**
	 * Returns a limit of requests that refill continuously.
	 * @param permits how many requests
	 * @param window in which time
	 * @return the limit
	 */
	public static ProviderLimit requests(long permits, Duration window) {
		return new ProviderLimit(LimitedUnit.REQUESTS, permits, window, false);
	}

	/**
	 * Returns a limit of tokens, input and output together, that refill continuously.
	 * @param permits how many tokens
	 * @param window in which time
	 * @return the limit
	 */
	public static ProviderLimit tokens(long permits, Duration window) {
		return new ProviderLimit(LimitedUnit.TOKENS, permits, window, false);
	}

	/**
	 * Returns a limit of input tokens that refill continuously.
	 * @param permits how many tokens
	 * @param window in which time
	 * @return the limit
	 */
	public static ProviderLimit inputTokens(long permits, Duration window) {
		return new ProviderLimit(LimitedUnit.INPUT_TOKENS, permits, window, false);
	}

	/**
	 * Returns a limit of output tokens that refill continuously.
	 * @param permits how many tokens
	 * @param window in which time
	 * @return the limit
	 */
	public static ProviderLimit outputTokens(long permits, Duration window) {
		return new ProviderLimit(LimitedUnit.OUTPUT_TOKENS, permits, window, false);
	}

	/**
	 * Returns this limit in fixed windows.
	 * @return the limit
	 */
	public ProviderLimit inFixedWindows() {
		return new ProviderLimit(this.unit, this.permits, this.window, true);
	}

	/**
	 * Returns this limit with other permits.
	 * @param factor multiplies the permits, above 0
	 * @return the limit, of at least 1 permit
	 */
	public ProviderLimit scaledBy(double factor) {
		if (!(factor > 0)) {
			throw new IllegalArgumentException("The factor must be above 0, not " + factor);
		}
		return new ProviderLimit(this.unit, Math.max(1, Math.round(this.permits * factor)), this.window,
				this.fixedWindow);
	}

}
