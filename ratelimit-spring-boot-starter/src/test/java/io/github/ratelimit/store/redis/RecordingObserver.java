package io.github.ratelimit.store.redis;

import io.github.ratelimit.store.StoreObserver;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** Counts the events of a store. Thread-safe. */
public final class RecordingObserver implements StoreObserver {

	private final LongAdder answered = new LongAdder();

	private final Map<String, LongAdder> failed = new ConcurrentHashMap<>();

	@Override
	public void answered(long nanos) {
		this.answered.increment();
	}

	@Override
	public void failed(String reason) {
		this.failed.computeIfAbsent(reason, (key) -> new LongAdder()).increment();
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
