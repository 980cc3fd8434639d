package io.github.ratelimit.observation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.github.ratelimit.Key;
import io.github.ratelimit.Limit;
import io.github.ratelimit.ManualTime;
import io.github.ratelimit.PermitRequest;
import io.github.ratelimit.Rate;
import io.github.ratelimit.limiter.LimiterFailures;
import io.github.ratelimit.limiter.StoreRateLimiter;
import io.github.ratelimit.registry.KillSwitch;
import io.github.ratelimit.registry.LimitRegistry;
import io.github.ratelimit.registry.RegisteredLimit;
import io.github.ratelimit.store.LimitStore;
import io.github.ratelimit.store.memory.MemoryStore;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class RateLimitMetricsTests {

	private final ManualTime time = new ManualTime();

	private final LimitRegistry limits = new LimitRegistry();

	private final LimitStore store = new MemoryStore(this.time, 3);

	private final LimiterFailures limiterFailures = new LimiterFailures(this.time);

	private final StoreRateLimiter limiter = StoreRateLimiter.create(this.limits, this.store, new KillSwitch(true),
			this.limiterFailures);

	private final MeterRegistry meters = new SimpleMeterRegistry();

	@Test
	void decisionsAreCountedExactly() {
		RegisteredLimit chat = register("chat", "5/min");
		RegisteredLimit other = register("other", "100/min");
		bind(this.meters);

		for (int i = 0; i < 12; i++) {
			this.limiter.tryAcquire("chat", "alice");
		}
		for (int i = 0; i < 3; i++) {
			this.limiter.tryAcquire(
					List.of(new PermitRequest("chat", Key.of("bob"), 2), new PermitRequest("other", Key.of("bob"), 1)));
		}
		this.limiterFailures.report(List.of(other), new IllegalStateException("broken on purpose"));

		assertThat(decisions("chat", "allowed")).isEqualTo(5 + 2);
		assertThat(decisions("chat", "denied")).isEqualTo(7 + 1);
		assertThat(decisions("chat", "degraded")).isZero();
		chat.statistics().countExempt();
		assertThat(decisions("chat", "exempt")).isEqualTo(1);
		assertThat(decisions("other", "allowed")).isEqualTo(2);
		assertThat(decisions("other", "denied")).isZero();
		assertThat(decisions("other", "degraded")).isEqualTo(1);
	}

	@Test
	void decisionsOfManyThreadsAreCountedExactly() throws InterruptedException {
		register("chat", "1000/min");
		bind(this.meters);
		ExecutorService threads = Executors.newFixedThreadPool(4);
		for (int i = 0; i < 4; i++) {
			threads.execute(() -> {
				for (int j = 0; j < 600; j++) {
					this.limiter.tryAcquire("chat", "alice");
				}
			});
		}
		threads.shutdown();
		assertThat(threads.awaitTermination(30, TimeUnit.SECONDS)).isTrue();

		assertThat(decisions("chat", "allowed")).isEqualTo(1000);
		assertThat(decisions("chat", "denied")).isEqualTo(1400);
	}

	@Test
	void keysAndForgottenPermitsFollowTheStore() {
		register("chat", "10/min");
		bind(this.meters);
		assertThat(keys("chat")).isZero();

		for (int i = 0; i < 3; i++) {
			this.limiter.tryAcquire("chat", "caller-" + i, 4 + i);
		}
		assertThat(keys("chat")).isEqualTo(3);
		assertThat(forgotten("chat")).isZero();

		this.limiter.tryAcquire("chat", "one-too-many");
		assertThat(keys("chat")).isEqualTo(3);
		assertThat(forgotten("chat")).isEqualTo(4);
	}

	@Test
	void limitsThatComeLaterAreThereToo() {
		bind(this.meters);
		assertThat(this.meters.getMeters()).isEmpty();

		register("Mailer.send", "1/min");
		this.limiter.tryAcquire("Mailer.send", "alice");
		this.limiter.tryAcquire("Mailer.send", "alice");

		assertThat(decisions("Mailer.send", "allowed")).isEqualTo(1);
		assertThat(decisions("Mailer.send", "denied")).isEqualTo(1);
		assertThat(keys("Mailer.send")).isEqualTo(1);
		assertThat(forgotten("Mailer.send")).isZero();
	}

	@Test
	void everyRegistryShowsTheSameFigures() {
		register("chat", "1/min");
		MeterRegistry another = new SimpleMeterRegistry();
		bind(this.meters);
		bind(another);
		register("later", "1/min");

		this.limiter.tryAcquire("chat", "alice");
		this.limiter.tryAcquire("later", "alice");

		for (MeterRegistry meters : List.of(this.meters, another)) {
			for (String limit : List.of("chat", "later")) {
				assertThat(meters.get("ratelimit.decisions")
					.tags("limit", limit, "outcome", "allowed")
					.functionCounter()
					.count()).isEqualTo(1);
			}
		}
	}

	@Test
	void metersHaveUnitsAndDescriptionsAndNoTagWithAKey() {
		register("chat", "1/min");
		bind(this.meters);
		this.limiter.tryAcquire("chat", "sk-secret");
		this.limiter.tryAcquire("chat", "sk-secret");

		assertThat(this.meters.getMeters().stream().map(Meter::getId))
			.extracting(Meter.Id::getName, (id) -> tags(id), Meter.Id::getBaseUnit, Meter.Id::getType)
			.containsExactlyInAnyOrder(
					tuple("ratelimit.decisions", "limit=chat,outcome=allowed", "decisions", Meter.Type.COUNTER),
					tuple("ratelimit.decisions", "limit=chat,outcome=denied", "decisions", Meter.Type.COUNTER),
					tuple("ratelimit.decisions", "limit=chat,outcome=shadow_denied", "decisions", Meter.Type.COUNTER),
					tuple("ratelimit.decisions", "limit=chat,outcome=degraded", "decisions", Meter.Type.COUNTER),
					tuple("ratelimit.decisions", "limit=chat,outcome=exempt", "decisions", Meter.Type.COUNTER),
					tuple("ratelimit.keys", "limit=chat", "keys", Meter.Type.GAUGE),
					tuple("ratelimit.forgiven", "limit=chat", "permits", Meter.Type.COUNTER),
					tuple("ratelimit.forgotten", "limit=chat", "permits", Meter.Type.COUNTER));
		assertThat(this.meters.getMeters())
			.allSatisfy((meter) -> assertThat(meter.getId().getDescription()).isNotBlank());
	}

	@Test
	void waitsAndBansAreMeteredInEveryRegistryThatIsBound() {
		RegisteredLimit chat = register("chat", "10/s");
		RateLimitMetrics metrics = new RateLimitMetrics(this.limits, this.store);
		MeterRegistry one = new SimpleMeterRegistry();
		MeterRegistry other = new SimpleMeterRegistry();
		metrics.bindTo(one);
		metrics.waited(chat, 100_000_000);
		metrics.bindTo(other);
		metrics.waited(chat, 300_000_000);
		metrics.banned(chat, Key.of("sk-secret"), Duration.ofHours(1));

		Timer wait = one.get("ratelimit.wait").tag("limit", "chat").timer();
		assertThat(wait.count()).isEqualTo(2);
		assertThat(wait.totalTime(TimeUnit.MILLISECONDS)).isEqualTo(400);
		assertThat(other.get("ratelimit.wait").timer().count()).isEqualTo(1);
		for (MeterRegistry registry : List.of(one, other)) {
			assertThat(registry.get("ratelimit.bans").tag("limit", "chat").counter().count()).isEqualTo(1);
			assertThat(registry.getMeters())
				.allSatisfy((meter) -> assertThat(meter.getId().getTags().toString()).doesNotContain("secret"))
				.allSatisfy((meter) -> assertThat(meter.getId().getDescription()).isNotBlank());
		}
	}

	private static String tags(Meter.Id id) {
		return id.getTags()
			.stream()
			.map((Tag tag) -> tag.getKey() + "=" + tag.getValue())
			.collect(Collectors.joining(","));
	}

	private RegisteredLimit register(String name, String rates) {
		return this.limits.register(Limit.of(name, Rate.parseAll(rates)), List.of());
	}

	private void bind(MeterRegistry registry) {
		new RateLimitMetrics(this.limits, this.store).bindTo(registry);
	}

	private double decisions(String limit, String outcome) {
		return this.meters.get("ratelimit.decisions")
			.tags("limit", limit, "outcome", outcome)
			.functionCounter()
			.count();
	}

	private double keys(String limit) {
		return this.meters.get("ratelimit.keys").tag("limit", limit).gauge().value();
	}

	private double forgotten(String limit) {
		return this.meters.get("ratelimit.forgotten").tag("limit", limit).functionCounter().count();
	}

}
