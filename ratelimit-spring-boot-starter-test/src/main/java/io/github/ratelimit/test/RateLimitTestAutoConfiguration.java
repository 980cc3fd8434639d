package io.github.ratelimit.test;

import io.github.ratelimit.TimeSource;
import io.github.ratelimit.autoconfigure.RateLimitAutoConfiguration;
import io.github.ratelimit.registry.LimitRegistry;
import io.github.ratelimit.store.LimitStore;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;

/**
 * Auto-configuration of {@link AutoConfigureRateLimits @AutoConfigureRateLimits}.
 */
@AutoConfiguration(before = RateLimitAutoConfiguration.class)
public final class RateLimitTestAutoConfiguration {

	@Bean
	@ConditionalOnProperty(name = "ratelimit.store", havingValue = "memory")
	@ConditionalOnMissingBean(TimeSource.class)
	ManualTime rateLimitManualTime() {
		return new ManualTime();
	}

	@Bean
	LimitReset rateLimitReset(LimitRegistry registry, LimitStore store) {
		return new LimitReset(registry, store);
	}

}
