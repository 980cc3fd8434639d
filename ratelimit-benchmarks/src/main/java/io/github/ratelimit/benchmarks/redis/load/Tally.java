package io.github.ratelimit.benchmarks.redis.load;

/** What a load was answered; not thread-safe. */
public final class Tally {

	private final Latencies latencies = new Latencies();

	private long decisions;

	private long granted;

	private long watchedRefusals;

	private long failures;

	private RuntimeException failure;

	public void answered(boolean granted, boolean watched, long nanos) {
		this.decisions++;
		if (granted) {
			this.granted++;
		}
		if (watched) {
			this.latencies.add(nanos);
			if (!granted) {
				this.watchedRefusals++;
			}
		}
	}

	/** Notes a question that got no answer that counts, but took its time. */
	void failed(RuntimeException ex, boolean watched, long nanos) {
		if (watched) {
			this.latencies.add(nanos);
		}
		this.failures++;
		this.failure = ex;
	}

	void add(Tally other) {
		this.latencies.add(other.latencies);
		this.decisions += other.decisions;
		this.granted += other.granted;
		this.watchedRefusals += other.watchedRefusals;
		this.failures += other.failures;
		this.failure = (this.failure != null) ? this.failure : other.failure;
	}

	public Latencies latencies() {
		return this.latencies;
	}

	public long decisions() {
		return this.decisions;
	}

	public long granted() {
		return this.granted;
	}

	/** Refusals among the questions whose latency was measured. */
	public long watchedRefusals() {
		return this.watchedRefusals;
	}

	public long failures() {
		return this.failures;
	}

	/** Returns one of the failures, or null. */
	public RuntimeException failure() {
		return this.failure;
	}

}
