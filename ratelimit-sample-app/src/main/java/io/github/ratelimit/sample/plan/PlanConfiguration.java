package io.github.ratelimit.sample.plan;

import io.github.ratelimit.PlanResolver;
import java.util.Set;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(PlanConfiguration.Customers.class)
class PlanConfiguration {

	/** A real application would query its database here. */
	@Bean
	PlanResolver plans(Customers customers) {
		return (limit, key) -> customers.proKeys().contains(key.text()) ? "pro" : null;
	}

	/**
	 * The customers.
	 *
	 * @param proKeys the API keys of customers on the plan {@code pro}
	 */
	@ConfigurationProperties("sample")
	record Customers(@DefaultValue Set<String> proKeys) {

	}

}
