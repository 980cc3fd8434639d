package io.github.ratelimit.benchmarks;

import io.github.ratelimit.Decision;
import io.github.ratelimit.RateLimiter;
import io.github.ratelimit.autoconfigure.RateLimitAutoConfiguration;
import io.github.ratelimit.autoconfigure.RateLimitMetricsAutoConfiguration;
import io.github.ratelimit.autoconfigure.RateLimitObservationAutoConfiguration;
import io.github.ratelimit.event.KeyNearLimitEvent;
import io.github.ratelimit.event.RateLimitDeniedEvent;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.observation.DefaultMeterObservationHandler;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.observation.ObservationRegistry;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;

/**
 * One decision in memory by the limiter of an application: without metrics, events and
 * traces, and with all of them.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@State(Scope.Benchmark)
public class WatchedDecisionBenchmark {

	@Param({ "1", "100000" })
	int keyCount;

	@Param({ "granted", "near", "refused" })
	String outcome;

	private String[] keys;

	private ConfigurableApplicationContext context;

	private RateLimiter limiter;

	@Setup
	public void prepare(Side side) {
		this.keys = new String[this.keyCount];
		for (int i = 0; i < this.keyCount; i++) {
			this.keys[i] = "sk-live-%012d".formatted(i);
		}
		String rate = this.outcome.equals("refused") ? "1/d" : "1000000000/s";
		this.context = new SpringApplicationBuilder(side.watched ? Watched.class : Plain.class)
			.web(WebApplicationType.NONE)
			.run("--spring.main.banner-mode=off", "--logging.level.root=warn", "--ratelimit.limits.limit.rate=" + rate,
					"--ratelimit.limits.other.rate=1000/d", "--ratelimit.limits.other.key=header('X-API-Key')",
					"--ratelimit.memory.max-keys-per-limit=1000000",
					"--ratelimit.limits.limit.key=header('X-API-Key')");
		this.limiter = this.context.getBean(RateLimiter.class);
		if (this.outcome.equals("refused")) {
			for (String key : this.keys) {
				this.limiter.tryAcquire("limit", key);
			}
		}
		if (this.outcome.equals("near")) {
			// another key is near its limit, so that each call looks for its own
			this.limiter.tryAcquire("other", "another", 900);
		}
	}

	@TearDown
	public void close() {
		this.context.close();
	}

	@Benchmark
	public Decision decide(Side side, Position position) {
		return this.limiter.tryAcquire("limit", this.keys[Math.floorMod(position.next(), this.keys.length)]);
	}

	/** Whether the application has metrics, listeners of events and traces. */
	@State(Scope.Benchmark)
	public static class Side {

		@Param({ "false", "true" })
		boolean watched;

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

	/** An application that has limits only. */
	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration(RateLimitAutoConfiguration.class)
	static class Plain {

	}

	/** An application that watches its limits in every way. */
	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ RateLimitAutoConfiguration.class, RateLimitMetricsAutoConfiguration.class,
			RateLimitObservationAutoConfiguration.class })
	static class Watched {

		private final LongAdder events = new LongAdder();

		@Bean
		MeterRegistry meters() {
			return new SimpleMeterRegistry();
		}

		@Bean
		ObservationRegistry observations(MeterRegistry meters) {
			ObservationRegistry observations = ObservationRegistry.create();
			observations.observationConfig().observationHandler(new DefaultMeterObservationHandler(meters));
			return observations;
		}

		@EventListener
		void denied(RateLimitDeniedEvent event) {
			this.events.increment();
		}

		@EventListener
		void near(KeyNearLimitEvent event) {
			this.events.increment();
		}

	}

}
