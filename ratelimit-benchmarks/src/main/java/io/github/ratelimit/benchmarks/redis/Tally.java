package io.github.ratelimit.benchmarks.redis;

/** What a load was answered; not thread-safe. */
final class Tally {

	private final Latencies latencies = new Latencies();

	private long decisions;

	private long granted;

	private long watchedRefusals;

	private long failures;

	private RuntimeException failure;

	void answered(boolean granted, boolean watched, long nanos) {
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

	Latencies latencies() {
		return this.latencies;
	}

	long decisions() {
		return this.decisions;
	}

	long granted() {
		return this.granted;
	}

	/** Refusals among the questions whose latency was measured. */
	long watchedRefusals() {
		return this.watchedRefusals;
	}

	long failures() {
		return this.failures;
	}

	/** Returns one of the failures, or null. */
	RuntimeException failure() {
		return this.failure;
	}

}
