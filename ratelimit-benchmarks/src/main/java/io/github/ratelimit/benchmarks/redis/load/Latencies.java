package io.github.ratelimit.benchmarks.redis.load;

/** Counts durations in steps of about 3%, from 1 ns upwards; not thread-safe. */
public final class Latencies {

	private static final int STEPS = 32;

	private static final int STEP_BITS = 5;

	private final long[] counts = new long[Long.SIZE * STEPS];

	private long total;

	public void add(long nanos) {
		this.counts[index(nanos)]++;
		this.total++;
	}

	public void add(Latencies other) {
		for (int i = 0; i < this.counts.length; i++) {
			this.counts[i] += other.counts[i];
		}
		this.total += other.total;
	}

	long total() {
		return this.total;
	}

	/** Returns the duration in nanoseconds that the given share does not exceed. */
	public double percentile(double share) {
		long rank = (long) Math.ceil(share * this.total);
		long seen = 0;
		for (int i = 0; i < this.counts.length; i++) {
			seen += this.counts[i];
			if (seen >= rank && seen > 0) {
				return upperEnd(i);
			}
		}
		return 0;
	}

	/** Returns the share of durations above the given one. */
	public double shareOver(long nanos) {
		long over = 0;
		for (int i = index(nanos) + 1; i < this.counts.length; i++) {
			over += this.counts[i];
		}
		return (this.total > 0) ? (double) over / this.total : 0;
	}

	private static int index(long nanos) {
		if (nanos < STEPS) {
			return (int) Math.max(0, nanos);
		}
		int shift = Long.SIZE - 1 - Long.numberOfLeadingZeros(nanos) - STEP_BITS;
		return (shift + 1) * STEPS + (int) (nanos >>> shift) - STEPS;
	}

	private static double upperEnd(int index) {
		int shift = index / STEPS - 1;
		return (shift < 0) ? index : (double) ((index % STEPS) + STEPS + 1) * (1L << shift);
	}

}
