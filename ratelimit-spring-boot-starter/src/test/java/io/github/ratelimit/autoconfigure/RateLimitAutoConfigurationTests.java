package io.github.ratelimit.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.Decision;
import io.github.ratelimit.Key;
import io.github.ratelimit.Limit;
import io.github.ratelimit.LimitMode;
import io.github.ratelimit.ManualTime;
import io.github.ratelimit.Rate;
import io.github.ratelimit.RateLimiter;
import io.github.ratelimit.TimeSource;
import io.github.ratelimit.expression.LimitPolicies;
import io.github.ratelimit.expression.spel.ExpressionParser;
import io.github.ratelimit.limiter.LimiterFailures;
import io.github.ratelimit.limiter.StoreRateLimiter;
import io.github.ratelimit.registry.KillSwitch;
import io.github.ratelimit.registry.LimitHandle;
import io.github.ratelimit.registry.LimitRegistry;
import io.github.ratelimit.store.Charge;
import io.github.ratelimit.store.LimitStore;
import io.github.ratelimit.store.memory.MemoryStore;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The beans that every limit needs, and how an application replaces them. */
class RateLimitAutoConfigurationTests {

	private final StartUp startUp = StartUp.ofLimit("rate: 2/min", "key: ip");

	@Test
	void configuredLimitsAreEnforced() {
		this.startUp.succeeds((context) -> {
			RateLimiter limiter = context.getBean(RateLimiter.class);
			assertThat(limiter.tryAcquire("chat", "a").isAllowed()).isTrue();
			assertThat(limiter.tryAcquire("chat", "a").isAllowed()).isTrue();
			Decision third = limiter.tryAcquire("chat", "a");
			assertThat(third.isAllowed()).isFalse();
			assertThat(third.retryAfter()).isBetween(Duration.ofSeconds(20), Duration.ofSeconds(30));
			assertThat(limiter.tryAcquire("chat", "b").isAllowed()).isTrue();
		});
	}

	@Test
	void theKillSwitchFollowsTheConfiguration() {
		this.startUp.property("ratelimit.enabled=false").succeeds((context) -> {
			RateLimiter limiter = context.getBean(RateLimiter.class);
			assertThat(limiter.tryAcquire("chat", "a", 3).isAllowed()).isTrue();
			context.getBean(KillSwitch.class).set(true, LimitMode.ENFORCE);
			assertThat(limiter.tryAcquire("chat", "a", 3).isAllowed()).isFalse();
		});
	}

	@Test
	void theMemoryStoreKeepsAsManyKeysAsConfigured() {
		this.startUp.property("ratelimit.memory.max-keys-per-limit=3").succeeds((context) -> {
			RateLimiter limiter = context.getBean(RateLimiter.class);
			for (int i = 0; i < 10; i++) {
				limiter.tryAcquire("chat", "key-" + i);
			}
			assertThat(context.getBean(LimitStore.class)
				.trackedKeys(context.getBean(LimitRegistry.class).get("chat").handle())).isEqualTo(3);
		});
	}

	@Test
	void thePolicyOfALimitIsRegistered() {
		this.startUp.succeeds((context) -> {
			LimitHandle limit = context.getBean(LimitRegistry.class).get("chat").handle();
			assertThat(context.getBean(LimitPolicies.class).get("chat").charge(Requests.from("192.0.2.1")))
				.isEqualTo(Charge.of(limit, Key.of(Key.ADDRESS_KIND, "192.0.2.1"), 1));
		});
	}

	@Test
	void theApplicationStartsWithoutLimits() {
		StartUp.of("").succeeds((context) -> assertThat(context).hasSingleBean(RateLimiter.class));
	}

	@Test
	@ExtendWith(OutputCaptureExtension.class)
	void aPostProcessorMayNeedPropertiesWithoutAWarningAboutTheirCheck(CapturedOutput output) {
		this.startUp.with(EarlyProperties.class)
			.succeeds((context) -> assertThat(output).contains("'own-" + OwnProperties.class.getName() + "'")
				.doesNotContain("'rateLimit"));
	}

	@Test
	void theStoreIsSweptWhileTheContextRuns() {
		PeriodicTask[] sweeper = new PeriodicTask[1];
		this.startUp.succeeds((context) -> {
			sweeper[0] = context.getBean(PeriodicTask.class);
			assertThat(sweeper[0].isRunning()).isTrue();
		});
		assertThat(sweeper[0].isRunning()).isFalse();
	}

	@Test
	void aTimeSourceOfTheApplicationTakesPrecedence() {
		this.startUp.with(OwnTimeSource.class).succeeds((context) -> {
			assertThat(context).hasSingleBean(TimeSource.class);
			RateLimiter limiter = context.getBean(RateLimiter.class);
			assertThat(limiter.tryAcquire("chat", "a", 2).isAllowed()).isTrue();
			assertThat(limiter.tryAcquire("chat", "a").isAllowed()).isFalse();
			context.getBean(ManualTime.class).advance(Duration.ofSeconds(30));
			assertThat(limiter.tryAcquire("chat", "a").isAllowed()).isTrue();
		});
	}

	@Test
	void aStoreOfTheApplicationTakesPrecedenceAndIsNotSwept() {
		this.startUp.with(OwnStore.class).succeeds((context) -> {
			assertThat(context).hasSingleBean(LimitStore.class).doesNotHaveBean(MemoryStore.class);
			assertThat(context).doesNotHaveBean(PeriodicTask.class);
		});
	}

	@Test
	void aMemoryStoreOfTheApplicationTakesPrecedenceAndIsSwept() {
		this.startUp.with(OwnMemoryStore.class).succeeds((context) -> {
			assertThat(context).hasSingleBean(LimitStore.class).hasBean("ownStore");
			assertThat(context).hasSingleBean(PeriodicTask.class);
		});
	}

	@Test
	void aRegistryOfTheApplicationTakesPrecedenceAndGetsTheConfiguredLimits() {
		this.startUp.with(OwnRegistry.class).succeeds((context) -> {
			assertThat(context).hasSingleBean(LimitRegistry.class);
			assertThat(context.getBean(RateLimiter.class).limit("own")).hasToString("own [1/s]");
			assertThat(context.getBean(RateLimiter.class).limit("chat")).hasToString("chat [2/min]");
			assertThat(context.getBean(LimitPolicies.class).get("chat").registered())
				.isSameAs(context.getBean(LimitRegistry.class).get("chat"));
		});
	}

	@Test
	void aRegistryOfTheApplicationGetsTheConfiguredLimitsEvenIfItsPoliciesDoNotRequestThem() {
		this.startUp.with(OwnRegistry.class)
			.with(OwnBeans.class)
			.succeeds((context) -> assertThat(context.getBean(RateLimiter.class).limit("chat"))
				.hasToString("chat [2/min]"));
	}

	@Test
	void otherBeansOfTheApplicationTakePrecedence() {
		this.startUp.with(OwnBeans.class).succeeds((context) -> {
			OwnBeans own = context.getBean(OwnBeans.class);
			assertThat(context.getBean(KillSwitch.class)).isSameAs(own.killSwitch);
			assertThat(context.getBean(LimiterFailures.class)).isSameAs(own.limiterFailures);
			assertThat(context.getBean(ExpressionParser.class)).isSameAs(own.compiler);
			assertThat(context.getBean(LimitPolicies.class)).isSameAs(own.policies);
		});
	}

	@Test
	void aLimiterOfTheApplicationTakesPrecedence() {
		this.startUp.with(OwnLimiter.class)
			.succeeds((context) -> assertThat(context.getBean(RateLimiter.class))
				.isSameAs(context.getBean(OwnLimiter.class).limiter));
	}

	@ConfigurationProperties("own")
	record OwnProperties(@Nullable String text) {

	}

	@Configuration(proxyBeanMethods = false)
	@EnableConfigurationProperties(OwnProperties.class)
	static class EarlyProperties {

		@Bean
		static BeanPostProcessor needsProperties(OwnProperties properties) {
			return new BeanPostProcessor() {
			};
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnTimeSource {

		@Bean
		ManualTime ownTime() {
			return new ManualTime();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnStore {

		@Bean
		LimitStore ownStore() {
			return (LimitStore) Proxy.newProxyInstance(LimitStore.class.getClassLoader(),
					new Class<?>[] { LimitStore.class }, (proxy, method, arguments) -> switch (method.getName()) {
						case "type" -> "own";
						case "hashCode" -> 1;
						case "equals" -> proxy == arguments[0];
						default -> throw new UnsupportedOperationException(method.getName());
					});
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnMemoryStore {

		@Bean
		MemoryStore ownStore(TimeSource time) {
			return new MemoryStore(time, 7);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnRegistry {

		@Bean
		LimitRegistry ownRegistry() {
			LimitRegistry registry = new LimitRegistry();
			registry.register(Limit.of("own", Rate.parse("1/s")), List.of());
			return registry;
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnBeans {

		final KillSwitch killSwitch = new KillSwitch(true);

		final LimiterFailures limiterFailures = new LimiterFailures(new ManualTime());

		final ExpressionParser compiler = new ExpressionParser(null);

		final LimitPolicies policies = new LimitPolicies(List.of());

		@Bean
		KillSwitch ownKillSwitch() {
			return this.killSwitch;
		}

		@Bean
		LimiterFailures ownLimiterFailures() {
			return this.limiterFailures;
		}

		@Bean
		ExpressionParser ownCompiler() {
			return this.compiler;
		}

		@Bean
		LimitPolicies ownPolicies() {
			return this.policies;
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnLimiter {

		final StoreRateLimiter limiter = StoreRateLimiter.create(new LimitRegistry(),
				new MemoryStore(new ManualTime(), 1), new KillSwitch(true), new LimiterFailures(new ManualTime()));

		@Bean
		RateLimiter ownLimiter() {
			return this.limiter;
		}

	}

}
