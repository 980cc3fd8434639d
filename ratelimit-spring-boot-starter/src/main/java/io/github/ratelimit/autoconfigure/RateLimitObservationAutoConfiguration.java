package io.github.ratelimit.autoconfigure;

import io.github.ratelimit.observation.StoreObservations;
import io.micrometer.observation.ObservationRegistry;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/**
 * {@link EnableAutoConfiguration Auto-configuration} for the observation of calls of a
 * shared store, so that traces have a span for them.
 */
@AutoConfiguration(after = { RateLimitRedisAutoConfiguration.class, RateLimitMetricsAutoConfiguration.class },
		afterName = "org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration")
@ConditionalOnClass(ObservationRegistry.class)
@ConditionalOnBean(
		type = { "io.micrometer.observation.ObservationRegistry", "io.github.ratelimit.store.redis.RedisStore" })
public final class RateLimitObservationAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	StoreObservations rateLimitStoreObservations(ObservationRegistry registry) {
		return new StoreObservations(registry);
	}

}
