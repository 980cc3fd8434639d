package io.github.ratelimit.benchmarks.redis.load;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/** When permits were granted, as the callers saw it. */
public final class GrantLog {

	private final long[] times;

	/**
	 * Creates a log.
	 * @param times of the grants, of one monotonic clock in nanoseconds, in any order
	 */
	public GrantLog(long[] times) {
		this.times = times.clone();
		Arrays.sort(this.times);
	}

	/** Returns how many there were. */
	public long count() {
		return this.times.length;
	}

	/** Returns the most grants that any window of so many nanoseconds holds. */
	public long worst(long windowNanos) {
		int first = 0;
		int worst = 0;
		for (int last = 0; last < this.times.length; last++) {
			while (this.times[last] - this.times[first] >= windowNanos) {
				first++;
			}
			worst = Math.max(worst, last - first + 1);
		}
		return worst;
	}

	/** Returns the longest time without a grant between two grants, in milliseconds. */
	public double longestGapMillis() {
		long longest = 0;
		for (int i = 1; i < this.times.length; i++) {
			longest = Math.max(longest, this.times[i] - this.times[i - 1]);
		}
		return longest / 1e6;
	}

	/**
	 * Returns how many times between two grants were longer than so many milliseconds.
	 */
	public long gapsOver(long millis) {
		long gaps = 0;
		for (int i = 1; i < this.times.length; i++) {
			if (this.times[i] - this.times[i - 1] > TimeUnit.MILLISECONDS.toNanos(millis)) {
				gaps++;
			}
		}
		return gaps;
	}

}
