package io.github.ratelimit.autoconfigure;

import io.github.ratelimit.actuate.RateLimitsEndpoint;
import io.github.ratelimit.actuate.RateLimitsEndpointWebExtension;
import io.github.ratelimit.actuate.RecentCounts;
import io.github.ratelimit.actuate.RequestBodyAdvisor;
import io.github.ratelimit.autoconfigure.client.RateLimitClientAutoConfiguration;
import io.github.ratelimit.client.ClientLimiters;
import io.github.ratelimit.registry.KillSwitch;
import io.github.ratelimit.registry.LimitChanges;
import io.github.ratelimit.registry.LimitRegistry;
import io.github.ratelimit.store.LimitStore;
import java.time.Duration;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.autoconfigure.endpoint.expose.EndpointExposure;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;

/**
 * {@link EnableAutoConfiguration Auto-configuration} for the {@code ratelimits} endpoint.
 */
@AutoConfiguration(after = { RateLimitAutoConfiguration.class, RateLimitClientAutoConfiguration.class })
@ConditionalOnClass(ConditionalOnAvailableEndpoint.class)
@ConditionalOnAvailableEndpoint(RateLimitsEndpoint.class)
@ConditionalOnBean({ LimitRegistry.class, LimitStore.class, KillSwitch.class })
@EnableConfigurationProperties(RateLimitsEndpointProperties.class)
public final class RateLimitEndpointAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	RateLimitsEndpoint rateLimitsEndpoint(LimitRegistry registry, LimitStore store, KillSwitch killSwitch,
			ObjectProvider<ClientLimiters> clients, ObjectProvider<LimitChanges> changes, RecentCounts recent,
			RateLimitsEndpointProperties properties) {
		return new RateLimitsEndpoint(registry, store, killSwitch, clients.getIfAvailable(),
				changes.getIfAvailable(() -> LimitChanges.ofInstance(registry, killSwitch)), recent,
				properties.showValues());
	}

	@Bean
	RequestBodyAdvisor rateLimitRequestBodyAdvisor() {
		return new RequestBodyAdvisor();
	}

	@Bean
	@ConditionalOnMissingBean
	RecentCounts rateLimitRecentCounts(LimitRegistry registry) {
		return new RecentCounts(registry);
	}

	@Bean
	PeriodicTask rateLimitRecentCountsTimer(RecentCounts recent) {
		return new PeriodicTask(recent::fiveSecondsPassed, Duration.ofSeconds(RecentCounts.SECONDS));
	}

	@Bean
	@ConditionalOnMissingBean
	@ConditionalOnBean(RateLimitsEndpoint.class)
	@ConditionalOnAvailableEndpoint(exposure = EndpointExposure.WEB)
	RateLimitsEndpointWebExtension rateLimitsEndpointWebExtension(RateLimitsEndpoint endpoint,
			RateLimitsEndpointProperties properties) {
		return new RateLimitsEndpointWebExtension(endpoint, properties.showValues(), properties.roles());
	}

}
