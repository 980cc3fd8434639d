package io.github.ratelimit.observation;

import io.github.ratelimit.Key;
import io.github.ratelimit.Limit;
import io.github.ratelimit.registry.LimitRegistry;
import io.github.ratelimit.Rate;
import io.github.ratelimit.registry.RegisteredLimit;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class LimiterMetricsTests {

	private final RegisteredLimit chat = new LimitRegistry().register(Limit.of("chat", Rate.parse("10/s")), List.of());

	private final LimiterMetrics metrics = new LimiterMetrics();

	@Test
	void waitsAndBansAreMeteredInEveryRegistryThatIsBound() {
		MeterRegistry one = new SimpleMeterRegistry();
		MeterRegistry other = new SimpleMeterRegistry();
		this.metrics.bindTo(one);
		this.metrics.waited(this.chat, 100_000_000);
		this.metrics.bindTo(other);
		this.metrics.waited(this.chat, 300_000_000);
		this.metrics.banned(this.chat, Key.of("sk-secret"), Duration.ofHours(1));

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

}
