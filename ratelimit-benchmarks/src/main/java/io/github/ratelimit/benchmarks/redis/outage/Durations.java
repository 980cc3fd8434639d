package io.github.ratelimit.benchmarks.redis.outage;

import java.util.stream.LongStream;

/** Durations in nanoseconds, each of them kept. */
final class Durations {

	private final long[] sorted;

	Durations(LongStream nanos) {
		this.sorted = nanos.sorted().toArray();
	}

	long count() {
		return this.sorted.length;
	}

	/**
	 * Returns the duration that the given share does not exceed, zero if there is none.
	 */
	double percentile(double share) {
		return (this.sorted.length > 0) ? this.sorted[(int) Math.ceil(share * this.sorted.length) - 1] : 0;
	}

}
