package io.github.ratelimit.benchmarks.redis.limiter;

import java.time.Duration;

/**
 * A token bucket's figures.
 *
 * @param capacity the burst, in permits
 * @param perSecond permits that refill in a second, 0 for so few that none does while a
 * benchmark runs
 */
public record Quota(long capacity, int perSecond) {

	/** Everything is granted, even by subjects that answer from memory. */
	public static final Quota AMPLE = new Quota(100_000_000, 100_000_000);

	/** The time in which an empty bucket is full again. */
	Duration refill() {
		return Duration.ofMillis(this.capacity * 1_000 / this.perSecond);
	}

	/** At most so much is granted from a full bucket in so many seconds. */
	public double bound(double seconds) {
		return this.capacity + this.perSecond * seconds;
	}

}
