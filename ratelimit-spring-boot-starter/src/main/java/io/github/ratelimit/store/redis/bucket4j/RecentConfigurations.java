package io.github.ratelimit.store.redis.bucket4j;

import io.github.ratelimit.TimeSource;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The configurations that suppliers have returned lately, for a bounded number of
 * buckets, so that suppliers are not called for each command. Thread-safe.
 */
final class RecentConfigurations {

	/** A supplier is called again after one to two of these times. */
	static final Duration AGE = Duration.ofMinutes(1);

	private static final int MOST = 10_000;

	private final TimeSource time;

	private volatile Generations generations;

	RecentConfigurations(TimeSource time) {
		this.time = time;
		this.generations = new Generations(new ConcurrentHashMap<>(), new ConcurrentHashMap<>(), time.nanoTime());
	}

	@Nullable BucketConfigurationEncoding find(String key) {
		Generations current = current();
		BucketConfigurationEncoding encoding = current.young().get(key);
		return (encoding != null) ? encoding : current.old().get(key);
	}

	void remember(String key, BucketConfigurationEncoding encoding) {
		current().young().put(key, encoding);
	}

	void forget(String key) {
		Generations current = this.generations;
		current.young().remove(key);
		current.old().remove(key);
	}

	private Generations current() {
		Generations current = this.generations;
		long now = this.time.nanoTime();
		long age = now - current.since();
		if (age <= AGE.toNanos() && current.young().size() < MOST) {
			return current;
		}
		boolean outdated = age > 2 * AGE.toNanos();
		boolean full = age <= AGE.toNanos();
		Generations next = new Generations(new ConcurrentHashMap<>(),
				outdated ? new ConcurrentHashMap<>() : current.young(),
				(outdated || full) ? now : current.since() + AGE.toNanos());
		this.generations = next;
		return next;
	}

	private record Generations(ConcurrentHashMap<String, BucketConfigurationEncoding> young,
			ConcurrentHashMap<String, BucketConfigurationEncoding> old, long since) {
	}

}
