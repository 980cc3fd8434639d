package io.github.ratelimit.autoconfigure;

import io.github.ratelimit.autoconfigure.properties.ConfiguredStyles;
import io.github.ratelimit.autoconfigure.properties.RateLimitProperties;
import io.github.ratelimit.provider.BodyStyle;
import io.github.ratelimit.web.reactive.RateLimitWebExceptionHandler;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.web.server.WebExceptionHandler;
import reactor.core.publisher.Mono;

/**
 * Auto-configuration of the answers to refused methods in a reactive web application.
 */
@AutoConfiguration(after = RateLimitAutoConfiguration.class)
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
@ConditionalOnClass({ WebExceptionHandler.class, Mono.class })
public final class RateLimitWebFluxAutoConfiguration {

	/** The name of a bean that exists in reactive web applications only. */
	static final String HANDLER = "rateLimitWebExceptionHandler";

	@Bean(HANDLER)
	RateLimitWebExceptionHandler rateLimitWebExceptionHandler(RateLimitProperties properties,
			ObjectProvider<BodyStyle> bodies) {
		return new RateLimitWebExceptionHandler(
				ConfiguredStyles.plainAnswers(properties.http(), bodies.orderedStream().toList()));
	}

}
