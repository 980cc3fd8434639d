package io.github.ratelimit.governor;

/**
 * The part of the configured rates that is used if a provider does not report its limits:
 * cut when it refuses a call, and increased again a little at a time (additive increase,
 * multiplicative decrease). Not thread-safe.
 */
final class RateShare {

	private static final double CUT = 0.7;

	/** The part of the rate that is restored in a window after a cut. */
	private static final double GROWTH = 0.1;

	private static final double LEAST = 0.02;

	private double value = 1;

	private long at;

	RateShare(long now) {
		this.at = now;
	}

	double value() {
		return this.value;
	}

	void grow(long windowNanos, long now) {
		if (this.value < 1) {
			this.value = Math.min(1, this.value + GROWTH * (now - this.at) / windowNanos);
		}
		this.at = now;
	}

	/** Another instance has cut it. */
	void adopt(double value) {
		this.value = Math.max(LEAST, Math.min(1, value));
	}

	void cut() {
		this.value = Math.max(LEAST, this.value * CUT);
	}

}
