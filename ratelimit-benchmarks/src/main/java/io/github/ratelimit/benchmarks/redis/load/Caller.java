package io.github.ratelimit.benchmarks.redis.load;

import io.github.ratelimit.benchmarks.redis.limiter.RemoteLimiter;

/** Asks a limiter again and again, from one thread. */
@FunctionalInterface
public interface Caller {

	/** Asks once, and returns whether it was granted. */
	boolean ask(RemoteLimiter limiter);

	/** Whether the last question is among those whose latency is measured. */
	default boolean watched() {
		return true;
	}

}
