package io.github.ratelimit.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.ratelimit.Limit;
import io.github.ratelimit.ManualTime;
import io.github.ratelimit.Rate;
import io.github.ratelimit.RateLimiter;
import io.github.ratelimit.limiter.LimiterFailures;
import io.github.ratelimit.limiter.StoreRateLimiter;
import io.github.ratelimit.observation.RateLimitMetrics;
import io.github.ratelimit.registry.KillSwitch;
import io.github.ratelimit.registry.LimitRegistry;
import io.github.ratelimit.store.LimitStore;
import io.github.ratelimit.store.memory.MemoryStore;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.search.MeterNotFoundException;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.export.simple.SimpleMetricsExportAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

class RateLimitMetricsAutoConfigurationTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(RateLimitMetricsAutoConfiguration.class))
		.withUserConfiguration(Limiter.class);

	private final ApplicationContextRunner withBootsMetrics = this.runner
		.withConfiguration(AutoConfigurations.of(MetricsAutoConfiguration.class,
				SimpleMetricsExportAutoConfiguration.class, CompositeMeterRegistryAutoConfiguration.class));

	@Test
	void bootBindsTheMetrics() {
		this.withBootsMetrics.run((context) -> {
			assertThat(context).hasSingleBean(RateLimitMetrics.class).doesNotHaveBean("rateLimitMetricsBinding");
			assertThatLimitsAreMetered(context, context.getBean(MeterRegistry.class));
		});
	}

	@Test
	void metricsAreBoundWithoutBootsMetrics() {
		this.runner.withClassLoader(new FilteredClassLoader("org.springframework.boot.micrometer.metrics"))
			.withBean("one", MeterRegistry.class, SimpleMeterRegistry::new)
			.withBean("another", MeterRegistry.class, SimpleMeterRegistry::new)
			.run((context) -> {
				assertThatLimitsAreMetered(context, context.getBean("one", MeterRegistry.class));
				assertThat(allowed(context.getBean("another", MeterRegistry.class), "chat")).isEqualTo(2);
			});
	}

	@Test
	void nothingIsMeasuredWithoutARegistry() {
		this.runner.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(RateLimitMetrics.class));
	}

	@Test
	void theContextStartsWithoutMicrometer() {
		ApplicationContextRunner imported = new ApplicationContextRunner().withUserConfiguration(Limiter.class,
				Imported.class);
		imported.withBean(SimpleMeterRegistry.class)
			.run((context) -> assertThat(context).hasSingleBean(RateLimitMetrics.class));

		imported.withClassLoader(new FilteredClassLoader("io.micrometer", "org.springframework.boot.micrometer"))
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean("rateLimitMetrics"));
	}

	@Test
	void nothingIsMeasuredWithoutALimiter() {
		new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(RateLimitMetricsAutoConfiguration.class))
			.withBean(SimpleMeterRegistry.class)
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(RateLimitMetrics.class));
	}

	@Test
	void metricsOfTheApplicationTakePrecedence() {
		this.withBootsMetrics
			.withBean("usersMetrics", RateLimitMetrics.class,
					() -> new RateLimitMetrics(new LimitRegistry(), new MemoryStore(new ManualTime(), 10)))
			.run((context) -> {
				assertThat(context).getBean(RateLimitMetrics.class).isSameAs(context.getBean("usersMetrics"));
				assertThatExceptionOfType(MeterNotFoundException.class)
					.isThrownBy(() -> allowed(context.getBean(MeterRegistry.class), "chat"));
			});
	}

	private static void assertThatLimitsAreMetered(ApplicationContext context, MeterRegistry registry) {
		RateLimiter limiter = context.getBean(RateLimiter.class);
		for (int i = 0; i < 5; i++) {
			limiter.tryAcquire("chat", "alice");
		}
		context.getBean(LimitRegistry.class).register(Limit.of("later", Rate.parse("1/min")), List.of());
		limiter.tryAcquire("later", "alice");

		assertThat(allowed(registry, "chat")).isEqualTo(2);
		assertThat(decisions(registry, "chat", "denied")).isEqualTo(3);
		assertThat(allowed(registry, "later")).isEqualTo(1);
	}

	private static double allowed(MeterRegistry registry, String limit) {
		return decisions(registry, limit, "allowed");
	}

	private static double decisions(MeterRegistry registry, String limit, String outcome) {
		return registry.get("ratelimit.decisions").tags("limit", limit, "outcome", outcome).functionCounter().count();
	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration(RateLimitMetricsAutoConfiguration.class)
	static class Imported {

	}

	@Configuration(proxyBeanMethods = false)
	static class Limiter {

		@Bean
		LimitRegistry limitRegistry() {
			LimitRegistry registry = new LimitRegistry();
			registry.register(Limit.of("chat", Rate.parse("2/min")), List.of());
			return registry;
		}

		@Bean
		LimitStore limitStore() {
			return new MemoryStore(new ManualTime(), 10);
		}

		@Bean
		RateLimiter rateLimiter(LimitRegistry registry, LimitStore store) {
			return StoreRateLimiter.create(registry, store, new KillSwitch(true),
					new LimiterFailures(new ManualTime()));
		}

	}

}
