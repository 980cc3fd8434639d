package io.github.ratelimit.benchmarks.redis;

/** Asks a limiter again and again, from one thread. */
@FunctionalInterface
interface Caller {

	/** Asks once, and returns whether it was granted. */
	boolean ask(RemoteLimiter limiter);

	/** Whether the last question is among those whose latency is measured. */
	default boolean watched() {
		return true;
	}

}
