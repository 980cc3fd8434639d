package io.github.ratelimit.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.ManualTime;
import io.github.ratelimit.OnStoreFailure;
import io.github.ratelimit.actuate.RateLimitHealthIndicator;
import io.github.ratelimit.store.OutageStore;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Configuration;

/** The component of the limits in the application's health. */
class RateLimitHealthContributorAutoConfigurationTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(RateLimitAutoConfiguration.class,
				RateLimitHealthContributorAutoConfiguration.class))
		.withPropertyValues("ratelimit.on-store-failure=allow", "ratelimit.limits.chat.rate=2/min",
				"ratelimit.limits.chat.key=ip", "ratelimit.limits.login.rate=2/min", "ratelimit.limits.login.key=ip",
				"ratelimit.limits.login.on-store-failure=deny");

	private final OutageStore store = new OutageStore(new ManualTime(), Map.of("login", OnStoreFailure.DENY));

	private final ApplicationContextRunner withOutage = this.runner.withBean(OutageStore.class, () -> this.store);

	@Test
	void theMemoryStoreIsUp() {
		this.runner.run((context) -> {
			Health health = context.getBean("ratelimitHealthContributor", HealthIndicator.class).health();
			assertThat(health.getStatus()).isEqualTo(Status.UP);
			assertThat(health.getDetails()).isEqualTo(Map.of("store", "memory", "status", "up"));
		});
	}

	@Test
	void anUnavailableStoreIsUnknownWithTheFailurePoliciesOfTheLimits() {
		this.withOutage.run((context) -> {
			HealthIndicator indicator = context.getBean(RateLimitHealthIndicator.class);
			assertThat(indicator.health().getStatus()).isEqualTo(Status.UP);

			this.store.down(true);
			Health health = indicator.health();
			assertThat(health.getStatus()).isEqualTo(Status.UNKNOWN);
			assertThat(health.getDetails()).isEqualTo(
					Map.of("store", "test", "status", "degraded", "limits", Map.of("chat", "allow", "login", "deny")));

			this.store.down(false);
			assertThat(indicator.health().getStatus()).isEqualTo(Status.UP);
		});
	}

	@Test
	void theHealthContributorCanBeDisabled() {
		this.runner.withPropertyValues("management.health.ratelimit.enabled=false")
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(RateLimitHealthIndicator.class));
	}

	@Test
	void aHealthContributorOfTheApplicationTakesPrecedence() {
		this.runner.withBean("ratelimitHealthIndicator", HealthIndicator.class, () -> () -> Health.down().build())
			.run((context) -> assertThat(context).hasSingleBean(HealthIndicator.class)
				.doesNotHaveBean(RateLimitHealthIndicator.class));
	}

	@Test
	void theContextStartsWithoutHealth() {
		new ApplicationContextRunner().withUserConfiguration(Imported.class)
			.withClassLoader(new FilteredClassLoader("org.springframework.boot.health"))
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean("ratelimitHealthContributor"));
	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ RateLimitAutoConfiguration.class, RateLimitHealthContributorAutoConfiguration.class })
	static class Imported {

	}

}
