package io.github.ratelimit.benchmarks;

import io.github.ratelimit.limiter.StoreRateLimiter;
import com.google.common.util.concurrent.RateLimiter;
import io.github.bucket4j.Bucket;
import io.github.ratelimit.limiter.Degradation;
import io.github.ratelimit.registry.KillSwitch;
import io.github.ratelimit.Limit;
import io.github.ratelimit.registry.LimitRegistry;
import io.github.ratelimit.Rate;
import io.github.ratelimit.TimeSource;
import io.github.ratelimit.store.memory.MemoryStore;
import io.github.resilience4j.ratelimiter.RateLimiterConfig;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.LongStream;

/**
 * What limiters in memory grant when they are asked without pause: 100 permits and 1,000
 * a second, after a rest in which unused permits may gather.
 */
public final class MemoryOverGrant {

	private static final long CAPACITY = 100;

	private static final int PER_SECOND = 1_000;

	private static final Duration REST = Duration.ofMillis(1_500);

	private MemoryOverGrant() {
	}

	/**
	 * Measures and prints.
	 * @param args milliseconds for each (5000)
	 */
	public static void main(String[] args) {
		Duration duration = Duration.ofMillis((args.length > 0) ? Long.parseLong(args[0]) : 5_000);
		Machine.print(MemoryOverGrant.class, duration.toMillis());
		print("limiter", limiter(), duration);
		print("bucket4j", bucket4j(), duration);
		print("resilience4j", resilience4j(), duration);
		print("guava", guava(), duration);
	}

	private static BooleanSupplier limiter() {
		LimitRegistry registry = new LimitRegistry();
		registry.register(Limit.of("limit", Rate.of(PER_SECOND, Duration.ofSeconds(1)).withBurst(CAPACITY)), List.of());
		StoreRateLimiter limiter = StoreRateLimiter.create(registry, new MemoryStore(TimeSource.system(), 100),
				new KillSwitch(true), new Degradation(TimeSource.system()));
		return () -> limiter.tryAcquire("limit", "key").isAllowed();
	}

	private static BooleanSupplier bucket4j() {
		Bucket bucket = Bucket.builder()
			.withNanosecondPrecision()
			.addLimit((limit) -> limit.capacity(CAPACITY).refillGreedy(PER_SECOND, Duration.ofSeconds(1)))
			.build();
		return () -> bucket.tryConsume(1);
	}

	/** Has no burst beside the rate: 100 in each tenth of a second. */
	private static BooleanSupplier resilience4j() {
		io.github.resilience4j.ratelimiter.RateLimiter limiter = io.github.resilience4j.ratelimiter.RateLimiter.of(
				"limit",
				RateLimiterConfig.custom()
					.limitForPeriod((int) CAPACITY)
					.limitRefreshPeriod(Duration.ofMillis(100))
					.timeoutDuration(Duration.ZERO)
					.build());
		return limiter::acquirePermission;
	}

	/** Its burst cannot be chosen: what is unused gathers for a second. */
	private static BooleanSupplier guava() {
		return RateLimiter.create(PER_SECOND)::tryAcquire;
	}

	private static void print(String name, BooleanSupplier limiter, Duration duration) {
		limiter.getAsBoolean();
		rest();
		LongStream.Builder times = LongStream.builder();
		long start = System.nanoTime();
		long now = start;
		while (now - start < duration.toNanos()) {
			boolean granted = limiter.getAsBoolean();
			now = System.nanoTime();
			if (granted) {
				times.add(now);
			}
		}
		GrantLog grants = new GrantLog(times.build().toArray());
		double seconds = duration.toNanos() / 1e9;
		System.out.printf(Locale.ROOT,
				"%-13s granted %d, %.3f of C + r t, worst second %d (%.3f of C + r), longest gap %.1f ms%n", name,
				grants.count(), grants.count() / (CAPACITY + PER_SECOND * seconds),
				grants.worst(TimeUnit.SECONDS.toNanos(1)),
				grants.worst(TimeUnit.SECONDS.toNanos(1)) / (double) (CAPACITY + PER_SECOND),
				grants.longestGapMillis());
	}

	private static void rest() {
		try {
			TimeUnit.NANOSECONDS.sleep(REST.toNanos());
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException("Interrupted while permits gather", ex);
		}
	}

}
