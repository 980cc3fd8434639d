package io.github.ratelimit.benchmarks;

import io.github.ratelimit.Algorithm;
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
 * One decision of each algorithm in memory, by ten keys in order. A log has a thousand
 * permits a millisecond, of which some hundred calls are kept at any time; refused, it
 * keeps a thousand. A slot is taken and released.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@State(Scope.Benchmark)
public class AlgorithmBenchmark {

	private static final int KEYS = 10;

	@Param({ "TOKEN_BUCKET", "FIXED_WINDOW", "SLIDING_WINDOW", "SLIDING_WINDOW_COUNTER", "SLIDING_WINDOW_LOG",
			"CONCURRENCY" })
	Algorithm algorithm;

	@Param({ "granted", "refused" })
	String outcome;

	private final String[] keys = new String[KEYS];

	private StoreRateLimiter rateLimiter;

	private boolean release;

	@Setup
	public void prepare() {
		boolean granted = this.outcome.equals("granted");
		LimitRegistry registry = new LimitRegistry();
		registry.register(granted ? wide() : narrow(), List.of());
		this.rateLimiter = StoreRateLimiter.create(registry, new MemoryStore(TimeSource.system(), 100_000),
				new KillSwitch(true), new LimiterFailures(TimeSource.system()));
		this.release = granted && this.algorithm == Algorithm.CONCURRENCY;
		for (int i = 0; i < KEYS; i++) {
			this.keys[i] = "sk-live-%012d".formatted(i);
			for (int call = 0; !granted && call < 1_000; call++) {
				this.rateLimiter.tryAcquire("limit", this.keys[i]);
			}
		}
	}

	private Limit wide() {
		if (this.algorithm == Algorithm.CONCURRENCY) {
			return Limit.named("limit").maxConcurrent(1_000).build();
		}
		Rate rate = (this.algorithm == Algorithm.SLIDING_WINDOW_LOG) ? Rate.of(1_000, Duration.ofMillis(1))
				: Rate.of(1_000_000_000, Duration.ofSeconds(1));
		return Limit.named("limit").algorithm(this.algorithm).rates(rate).build();
	}

	private Limit narrow() {
		return (this.algorithm == Algorithm.CONCURRENCY) ? Limit.named("limit").maxConcurrent(1_000).build()
				: Limit.named("limit").algorithm(this.algorithm).rates(Rate.of(1_000, Duration.ofDays(1))).build();
	}

	@Benchmark
	public Decision decision(Turn turn) {
		Decision decision = this.rateLimiter.tryAcquire("limit", this.keys[turn.next()]);
		if (this.release) {
			decision.permit().close();
		}
		return decision;
	}

	/** The next key, in each thread. */
	@State(Scope.Thread)
	public static class Turn {

		private int turn = (int) Thread.currentThread().getId();

		int next() {
			this.turn++;
			return Math.floorMod(this.turn, KEYS);
		}

	}

}
