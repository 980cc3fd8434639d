package io.github.ratelimit.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.ManualTime;
import io.github.ratelimit.actuate.RateLimitsEndpoint;
import io.github.ratelimit.actuate.RateLimitsEndpointWebExtension;
import io.github.ratelimit.actuate.RecentCounts;
import io.github.ratelimit.registry.KillSwitch;
import io.github.ratelimit.registry.LimitChanges;
import io.github.ratelimit.registry.LimitRegistry;
import io.github.ratelimit.store.LimitStore;
import io.github.ratelimit.store.memory.MemoryStore;
import org.junit.jupiter.api.Test;
import org.springframework.boot.actuate.endpoint.Show;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

class RateLimitEndpointAutoConfigurationTests {

	private static final String EXPOSED = "management.endpoints.web.exposure.include=ratelimits";

	private final WebApplicationContextRunner runner = new WebApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(RateLimitEndpointAutoConfiguration.class))
		.withUserConfiguration(Limiter.class);

	@Test
	void theEndpointExistsIfItIsExposed() {
		this.runner.withPropertyValues(EXPOSED)
			.run((context) -> assertThat(context).hasSingleBean(RateLimitsEndpoint.class)
				.hasSingleBean(RateLimitsEndpointWebExtension.class));
	}

	@Test
	void theEndpointDoesNotExistIfItIsNotExposed() {
		this.runner.run((context) -> assertThat(context).hasNotFailed()
			.doesNotHaveBean(RateLimitsEndpoint.class)
			.doesNotHaveBean(RateLimitsEndpointWebExtension.class));
	}

	@Test
	void theEndpointDoesNotExistWithoutAccess() {
		this.runner.withPropertyValues(EXPOSED, "management.endpoint.ratelimits.access=NONE")
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(RateLimitsEndpoint.class));
	}

	@Test
	void theWebExtensionDoesNotExistIfOnlyJmxExposesTheEndpoint() {
		this.runner
			.withPropertyValues("spring.jmx.enabled=true", "management.endpoints.jmx.exposure.include=ratelimits")
			.run((context) -> assertThat(context).hasSingleBean(RateLimitsEndpoint.class)
				.doesNotHaveBean(RateLimitsEndpointWebExtension.class));
	}

	@Test
	void theContextStartsWithoutActuator() {
		WebApplicationContextRunner imported = new WebApplicationContextRunner().withPropertyValues(EXPOSED)
			.withUserConfiguration(Limiter.class, Imported.class);
		imported.run((context) -> assertThat(context).hasSingleBean(RateLimitsEndpoint.class));

		imported.withClassLoader(new FilteredClassLoader("org.springframework.boot.actuate"))
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean("rateLimitsEndpoint"));
	}

	@Test
	void theEndpointDoesNotExistWithoutALimiter() {
		new WebApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(RateLimitEndpointAutoConfiguration.class))
			.withPropertyValues(EXPOSED)
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(RateLimitsEndpoint.class));
	}

	@Test
	void anEndpointOfTheApplicationTakesPrecedence() {
		this.runner.withPropertyValues(EXPOSED)
			.withUserConfiguration(UsersEndpoint.class)
			.run((context) -> assertThat(context).getBean(RateLimitsEndpoint.class)
				.isSameAs(context.getBean("usersEndpoint")));
	}

	@Configuration(proxyBeanMethods = false)
	static class Limiter {

		@Bean
		LimitRegistry limitRegistry() {
			return new LimitRegistry();
		}

		@Bean
		LimitStore limitStore() {
			return new MemoryStore(new ManualTime(), 10);
		}

		@Bean
		KillSwitch killSwitch() {
			return new KillSwitch(true);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration(RateLimitEndpointAutoConfiguration.class)
	static class Imported {

	}

	@Configuration(proxyBeanMethods = false)
	static class UsersEndpoint {

		@Bean
		RateLimitsEndpoint usersEndpoint(LimitRegistry registry, LimitStore store, KillSwitch killSwitch) {
			return new RateLimitsEndpoint(registry, store, killSwitch, null,
					LimitChanges.ofInstance(registry, killSwitch), new RecentCounts(registry), Show.NEVER);
		}

	}

}
