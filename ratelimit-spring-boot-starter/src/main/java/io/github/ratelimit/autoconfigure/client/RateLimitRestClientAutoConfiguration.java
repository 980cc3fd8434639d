package io.github.ratelimit.autoconfigure.client;

import io.github.ratelimit.client.ClientLimiters;
import io.github.ratelimit.client.http.RestClientCustomizers;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.restclient.RestClientCustomizer;
import org.springframework.boot.restclient.RestTemplateCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestTemplate;
import org.springframework.web.client.support.RestClientHttpServiceGroupConfigurer;

/**
 * {@link EnableAutoConfiguration Auto-configuration} that limits the calls of
 * {@link RestClient} and {@link RestTemplate}, and of HTTP services over them.
 */
@AutoConfiguration(after = RateLimitClientAutoConfiguration.class)
@ConditionalOnClass({ RestClient.class, RestClientCustomizer.class })
@ConditionalOnBean(ClientLimiters.class)
public final class RateLimitRestClientAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	@Order(Ordered.LOWEST_PRECEDENCE) // next to the network, after those that add
										// credentials
	RestClientCustomizers rateLimitRestClientCustomizers(ClientLimiters clients) {
		return new RestClientCustomizers(clients);
	}

	@Bean
	static LimitedBuilders rateLimitLimitedBuilders(ObjectProvider<RestClientCustomizers> customizers) {
		return new LimitedBuilders(customizers);
	}

	@Bean
	RestClientHttpServiceGroupConfigurer rateLimitHttpServiceGroups(RestClientCustomizers customizers) {
		return customizers.limitedGroups();
	}

	@Bean
	@Order(Ordered.LOWEST_PRECEDENCE) // next to the network, after those that add
										// credentials
	RestClientCustomizer rateLimitRestClientCustomizer(RestClientCustomizers customizers) {
		return customizers::customize;
	}

	@Bean
	@Order(Ordered.LOWEST_PRECEDENCE) // next to the network, after those that add
										// credentials
	RestTemplateCustomizer rateLimitRestTemplateCustomizer(RestClientCustomizers customizers) {
		return customizers::customize;
	}

}
