package io.github.ratelimit.governor;

import java.time.Duration;
import java.util.Objects;

import io.github.ratelimit.provider.dialect.Dimension;

/**
 * A limit of a provider as the application's configuration states it.
 *
 * @param dimension what is counted
 * @param permits how many permits there are in a window
 * @param window the time in which they refill, a little at a time
 */
public record ConfiguredQuota(Dimension dimension, long permits, Duration window) {

	/**
	 * Creates a quota.
	 * @throws IllegalArgumentException if the permits or the window are not positive
	 */
	public ConfiguredQuota {
		Objects.requireNonNull(dimension, "dimension");
		if (permits <= 0 || window.isNegative() || window.isZero()) {
			throw new IllegalArgumentException(
					permits + " permits in " + window + ": pass a positive number and a positive time.");
		}
	}

}
