package io.github.ratelimit.benchmarks;

import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.BucketListener;
import io.github.bucket4j.ConsumptionProbe;
import io.github.bucket4j.MathType;
import io.github.bucket4j.TimeMeter;
import io.github.bucket4j.local.LockFreeBucket;
import io.github.ratelimit.Decision;
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
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * One decision in memory, from the text of a key to its facts, beside plain Bucket4j: a
 * lock-free bucket for each key in a concurrent map, all with one configuration.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@State(Scope.Benchmark)
public class DecisionBenchmark {

	@Param({ "1", "100000" })
	int keyCount;

	@Param({ "granted", "refused" })
	String outcome;

	private Keys keys;

	private StoreRateLimiter rateLimiter;

	private BucketConfiguration configuration;

	private final ConcurrentMap<String, LockFreeBucket> buckets = new ConcurrentHashMap<>();

	@Setup
	public void prepare() {
		boolean granted = this.outcome.equals("granted");
		Rate rate = granted ? Rate.of(1_000_000_000, Duration.ofSeconds(1)) : Rate.of(1, Duration.ofDays(1));
		this.keys = new Keys(this.keyCount);
		prepareLimiter(rate);
		prepareBuckets(rate);
		if (!granted) {
			for (int i = 0; i < this.keyCount; i++) {
				this.rateLimiter.tryAcquire("limit", this.keys.at(i));
				bucket(this.keys.at(i)).tryConsume(1);
			}
		}
	}

	private void prepareLimiter(Rate rate) {
		LimitRegistry registry = new LimitRegistry();
		registry.register(Limit.of("limit", rate), List.of());
		this.rateLimiter = StoreRateLimiter.create(registry, new MemoryStore(TimeSource.system(), 1_000_000),
				new KillSwitch(true), new LimiterFailures(TimeSource.system()));
	}

	private void prepareBuckets(Rate rate) {
		this.configuration = BucketConfiguration.builder()
			.addLimit(Bandwidth.builder().capacity(rate.burst()).refillGreedy(rate.permits(), rate.period()).build())
			.build();
	}

	@Benchmark
	public Decision limiter(Position position) {
		return this.rateLimiter.tryAcquire("limit", this.keys.at(position.next()));
	}

	@Benchmark
	public ConsumptionProbe bucket4j(Position position) {
		return bucket(this.keys.at(position.next())).tryConsumeAndReturnRemaining(1);
	}

	private LockFreeBucket bucket(String key) {
		LockFreeBucket bucket = this.buckets.get(key);
		return (bucket != null) ? bucket
				: this.buckets.computeIfAbsent(key, (k) -> new LockFreeBucket(this.configuration,
						MathType.INTEGER_64_BITS, TimeMeter.SYSTEM_NANOTIME, BucketListener.NOPE));
	}

	/** The texts of the keys, made before. */
	private static final class Keys {

		private final String[] texts;

		Keys(int count) {
			this.texts = new String[count];
			for (int i = 0; i < count; i++) {
				this.texts[i] = "sk-live-%012d".formatted(i);
			}
		}

		String at(int position) {
			return this.texts[Math.floorMod(position, this.texts.length)];
		}

	}

	/** Where a thread is in the keys: each walks them by a stride of its own. */
	@State(Scope.Thread)
	public static class Position {

		private int position = (int) Thread.currentThread().getId() * 7919;

		int next() {
			this.position += 104_729;
			return this.position;
		}

	}

}
