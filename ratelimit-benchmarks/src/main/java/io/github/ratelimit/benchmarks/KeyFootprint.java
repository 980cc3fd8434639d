package io.github.ratelimit.benchmarks;

import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.BucketListener;
import io.github.bucket4j.MathType;
import io.github.bucket4j.TimeMeter;
import io.github.bucket4j.local.LockFreeBucket;
import io.github.ratelimit.Limit;
import io.github.ratelimit.Rate;
import io.github.ratelimit.TimeSource;
import io.github.ratelimit.limiter.LimiterFailures;
import io.github.ratelimit.limiter.StoreRateLimiter;
import io.github.ratelimit.registry.KillSwitch;
import io.github.ratelimit.registry.LimitRegistry;
import io.github.ratelimit.store.memory.MemoryStore;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Bytes of heap per key at a million keys, the key's text included, beside a concurrent
 * map of lock-free buckets with one configuration.
 */
public final class KeyFootprint {

	private static final int KEYS = 1_000_000;

	private KeyFootprint() {
	}

	/**
	 * Measures both and prints the ratio.
	 * @param args none
	 */
	public static void main(String[] args) {
		Machine.print();
		double limiter = measure(KeyFootprint::limiter);
		double bucket4j = measure(KeyFootprint::bucket4j);
		System.out.printf("%d keys: limiter %.1f bytes per key, Bucket4j %.1f, ratio %.3f%n", KEYS, limiter, bucket4j,
				limiter / bucket4j);
	}

	private static double measure(Supplier<Consumer<String>> side) {
		long before = usedAfterCollection();
		Consumer<String> limiter = side.get();
		for (int i = 0; i < KEYS; i++) {
			limiter.accept("sk-live-%012d".formatted(i));
		}
		double perKey = (double) (usedAfterCollection() - before) / KEYS;
		limiter.accept("still reachable");
		return perKey;
	}

	private static Consumer<String> limiter() {
		LimitRegistry registry = new LimitRegistry();
		registry.register(Limit.of("limit", Rate.of(10, Duration.ofDays(1))), List.of());
		StoreRateLimiter limiter = StoreRateLimiter.create(registry, new MemoryStore(TimeSource.system(), 2 * KEYS),
				new KillSwitch(true), new LimiterFailures(TimeSource.system()));
		return (key) -> limiter.tryAcquire("limit", key);
	}

	private static Consumer<String> bucket4j() {
		BucketConfiguration configuration = BucketConfiguration.builder()
			.addLimit(Bandwidth.builder().capacity(10).refillGreedy(10, Duration.ofDays(1)).build())
			.build();
		ConcurrentMap<String, LockFreeBucket> buckets = new ConcurrentHashMap<>();
		return (key) -> buckets
			.computeIfAbsent(key,
					(k) -> new LockFreeBucket(configuration, MathType.INTEGER_64_BITS, TimeMeter.SYSTEM_NANOTIME,
							BucketListener.NOPE))
			.tryConsumeAndReturnRemaining(1);
	}

	private static long usedAfterCollection() {
		for (int i = 0; i < 3; i++) {
			System.gc();
		}
		return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
	}

}
