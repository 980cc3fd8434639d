package io.github.ratelimit.autoconfigure.client;

import io.github.ratelimit.client.ClientLimiters;
import io.github.ratelimit.client.springai.RateLimitAnthropicCustomizer;
import org.springframework.ai.anthropic.http.okhttp.AnthropicHttpClientBuilderCustomizer;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/**
 * {@link EnableAutoConfiguration Auto-configuration} that limits the calls of Spring AI
 * to Anthropic.
 */
@AutoConfiguration(after = RateLimitClientAutoConfiguration.class)
@ConditionalOnClass(AnthropicHttpClientBuilderCustomizer.class)
@ConditionalOnBean(ClientLimiters.class)
public final class RateLimitAnthropicAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	RateLimitAnthropicCustomizer rateLimitAnthropicCustomizer(ClientLimiters clients) {
		return new RateLimitAnthropicCustomizer(clients);
	}

}
