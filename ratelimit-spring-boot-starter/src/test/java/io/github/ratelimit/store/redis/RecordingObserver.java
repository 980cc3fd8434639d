package io.github.ratelimit.store.redis;

import io.github.ratelimit.store.StoreObserver;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.LongAdder;

/** Counts the events of a store. Thread-safe. */
public final class RecordingObserver implements StoreObserver {

	private final LongAdder answered = new LongAdder();

	private final Map<String, LongAdder> failed = new ConcurrentHashMap<>();

	private final List<String> calls = new CopyOnWriteArrayList<>();

	private final List<String> outages = new CopyOnWriteArrayList<>();

	@Override
	public void answered(long nanos) {
		this.answered.increment();
	}

	@Override
	public void failed(String reason) {
		this.failed.computeIfAbsent(reason, (key) -> new LongAdder()).increment();
	}

	@Override
	public Call asking(int limits) {
		return new Call() {

			@Override
			public void ended(Outcome outcome) {
				RecordingObserver.this.calls.add(limits + " " + outcome);
			}

			@Override
			public void close() {
			}

		};
	}

	@Override
	public void degraded(String node, String reason) {
		this.outages.add("degraded: " + node + ", " + reason);
	}

	@Override
	public void recovered(String node, Duration outage) {
		this.outages.add("recovered: " + node);
	}

	/** Returns how many limits each call of the store was about, and its outcome. */
	public List<String> calls() {
		return this.calls;
	}

	/** Returns when outages began and ended. */
	public List<String> outages() {
		return this.outages;
	}

	public long answers() {
		return this.answered.sum();
	}

	/** Returns how often the store failed, by reason. */
	public Map<String, Long> failures() {
		Map<String, Long> failures = new TreeMap<>();
		this.failed.forEach((reason, count) -> failures.put(reason, count.sum()));
		return failures;
	}

}
