package io.github.ratelimit.autoconfigure.client;

import io.github.ratelimit.client.ClientLimiters;
import io.github.ratelimit.client.springai.RateLimitOpenAiCustomizer;
import org.springframework.ai.openai.http.okhttp.OpenAiHttpClientBuilderCustomizer;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/**
 * {@link EnableAutoConfiguration Auto-configuration} that limits the calls of Spring AI
 * to OpenAI.
 */
@AutoConfiguration(after = RateLimitClientAutoConfiguration.class)
@ConditionalOnClass(OpenAiHttpClientBuilderCustomizer.class)
@ConditionalOnBean(ClientLimiters.class)
public final class RateLimitOpenAiAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	RateLimitOpenAiCustomizer rateLimitOpenAiCustomizer(ClientLimiters clients) {
		return new RateLimitOpenAiCustomizer(clients);
	}

}
