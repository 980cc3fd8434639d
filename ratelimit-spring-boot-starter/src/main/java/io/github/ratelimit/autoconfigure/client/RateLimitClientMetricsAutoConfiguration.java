package io.github.ratelimit.autoconfigure.client;

import io.github.ratelimit.autoconfigure.RateLimitMetricsAutoConfiguration;
import io.github.ratelimit.client.ClientLimiters;
import io.github.ratelimit.observation.ClientMetrics;
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
 * {@link EnableAutoConfiguration Auto-configuration} for metrics of calls to limited
 * APIs.
 */
@AutoConfiguration(after = { RateLimitClientAutoConfiguration.class, RateLimitMetricsAutoConfiguration.class })
@ConditionalOnClass(MeterRegistry.class)
@ConditionalOnBean({ MeterRegistry.class, ClientLimiters.class })
public final class RateLimitClientMetricsAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	ClientMetrics rateLimitClientMetrics(ObjectProvider<ClientLimiters> clients) {
		return new ClientMetrics(clients::getObject);
	}

	/**
	 * Binds the metrics where Boot, which would bind them to its registries, is not
	 * there.
	 */
	@Bean
	@ConditionalOnMissingBean(type = RateLimitMetricsAutoConfiguration.BOOTS_METRICS)
	SmartInitializingSingleton rateLimitClientMetricsBinding(ClientMetrics metrics,
			ObjectProvider<MeterRegistry> registries) {
		return () -> registries.stream().forEach(metrics::bindTo);
	}

}
