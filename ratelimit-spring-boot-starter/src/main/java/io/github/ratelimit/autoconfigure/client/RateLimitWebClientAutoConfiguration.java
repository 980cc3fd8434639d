package io.github.ratelimit.autoconfigure.client;

import io.github.ratelimit.client.ClientLimiters;
import io.github.ratelimit.client.reactive.WebClientCustomizers;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.webclient.WebClientCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.web.reactive.function.client.WebClient;

/**
 * {@link EnableAutoConfiguration Auto-configuration} that limits the calls of
 * {@link WebClient}, and of HTTP services over it.
 */
@AutoConfiguration(after = RateLimitClientAutoConfiguration.class)
@ConditionalOnClass({ WebClient.class, WebClientCustomizer.class })
@ConditionalOnBean(ClientLimiters.class)
public final class RateLimitWebClientAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	@Order(Ordered.LOWEST_PRECEDENCE) // before it, others may replace all filters
	WebClientCustomizers rateLimitWebClientCustomizers(ClientLimiters clients) {
		return new WebClientCustomizers(clients);
	}

	@Bean
	@Order(Ordered.LOWEST_PRECEDENCE) // before it, others may replace all filters
	WebClientCustomizer rateLimitWebClientCustomizer(WebClientCustomizers customizers) {
		return customizers::customize;
	}

}
