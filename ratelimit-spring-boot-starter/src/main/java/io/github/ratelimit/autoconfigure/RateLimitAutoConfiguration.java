package io.github.ratelimit.autoconfigure;

import io.github.ratelimit.Degradation;
import io.github.ratelimit.KillSwitch;
import io.github.ratelimit.LimitRegistry;
import io.github.ratelimit.LimitStore;
import io.github.ratelimit.RateLimiter;
import io.github.ratelimit.TimeSource;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;

/**
 * Auto-configuration of the limits and of the {@link RateLimiter} that decides over them.
 */
@AutoConfiguration
@EnableConfigurationProperties(RateLimitProperties.class)
public final class RateLimitAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	TimeSource rateLimitTimeSource() {
		return TimeSource.system();
	}

	@Bean
	@ConditionalOnMissingBean
	KillSwitch rateLimitKillSwitch(RateLimitProperties properties) {
		return new KillSwitch(properties.isEnabled());
	}

	@Bean
	@ConditionalOnMissingBean
	Degradation rateLimitDegradation(TimeSource time) {
		return new Degradation(time);
	}

	@Bean
	@ConditionalOnMissingBean
	LimitRegistry limitRegistry() {
		return new LimitRegistry();
	}

	@Bean
	@ConditionalOnMissingBean
	RateLimiter rateLimiter(LimitRegistry registry, LimitStore store, KillSwitch killSwitch, Degradation degradation) {
		return RateLimiter.create(registry, store, killSwitch, degradation);
	}

}
