package io.github.ratelimit.autoconfigure;

import io.github.ratelimit.observation.RateLimitMetrics;
import io.github.ratelimit.observation.StoreMetrics;
import io.github.ratelimit.registry.LimitRegistry;
import io.github.ratelimit.store.LimitStore;
import io.github.ratelimit.store.StoreObserver;
import io.micrometer.core.instrument.MeterRegistry;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/**
 * {@link EnableAutoConfiguration Auto-configuration} for metrics of all limits.
 */
@AutoConfiguration(after = RateLimitAutoConfiguration.class,
		afterName = { RateLimitMetricsAutoConfiguration.BOOTS_METRICS,
				"org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration" })
@ConditionalOnClass(MeterRegistry.class)
@ConditionalOnBean({ MeterRegistry.class, LimitRegistry.class, LimitStore.class })
public final class RateLimitMetricsAutoConfiguration {

	/** The name of the class that binds meters to registries. */
	public static final String BOOTS_METRICS = "org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration";

	@Bean
	@ConditionalOnMissingBean
	RateLimitMetrics rateLimitMetrics(LimitRegistry limits, LimitStore store) {
		return new RateLimitMetrics(limits, store);
	}

	/**
	 * The observer of the Redis store. The condition names the store, which cannot be
	 * loaded without Redis.
	 */
	@Bean
	@ConditionalOnBean(type = "io.github.ratelimit.store.redis.RedisStore")
	@ConditionalOnMissingBean(StoreObserver.class)
	StoreMetrics rateLimitStoreMetrics() {
		return new StoreMetrics();
	}

	/**
	 * Binds the metrics without Boot's auto-configuration, which would bind them to its
	 * registries.
	 */
	@Bean
	@ConditionalOnMissingBean(type = BOOTS_METRICS)
	SmartInitializingSingleton rateLimitMetricsBinding(RateLimitMetrics metrics,
			ObjectProvider<StoreMetrics> storeMetrics, ObjectProvider<MeterRegistry> registries) {
		return () -> registries.stream().forEach((registry) -> {
			metrics.bindTo(registry);
			storeMetrics.ifAvailable((ofStore) -> ofStore.bindTo(registry));
		});
	}

}
