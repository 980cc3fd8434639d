package io.github.ratelimit.autoconfigure;

import io.github.ratelimit.actuate.RateLimitHealthIndicator;
import io.github.ratelimit.autoconfigure.properties.LimitDefinitions;
import io.github.ratelimit.autoconfigure.properties.RateLimitProperties;
import io.github.ratelimit.registry.LimitRegistry;
import io.github.ratelimit.store.LimitStore;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.context.annotation.Bean;

/**
 * {@link EnableAutoConfiguration Auto-configuration} for {@code ratelimit} in the
 * application's health.
 */
@AutoConfiguration(after = RateLimitAutoConfiguration.class)
@ConditionalOnClass(ConditionalOnEnabledHealthIndicator.class)
@ConditionalOnEnabledHealthIndicator("ratelimit")
@ConditionalOnBean({ LimitRegistry.class, LimitStore.class, LimitDefinitions.class })
public final class RateLimitHealthContributorAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean(name = { "ratelimitHealthIndicator", "ratelimitHealthContributor" })
	RateLimitHealthIndicator ratelimitHealthContributor(LimitStore store, LimitRegistry limits,
			RateLimitProperties properties) {
		return new RateLimitHealthIndicator(store, limits, properties.onStoreFailure());
	}

}
