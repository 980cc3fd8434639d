package io.github.ratelimit.autoconfigure;

import io.github.ratelimit.TimeSource;
import io.github.ratelimit.autoconfigure.properties.LimitDefinitions;
import io.github.ratelimit.autoconfigure.properties.RateLimitProperties;
import io.github.ratelimit.autoconfigure.properties.StyleNames;
import io.github.ratelimit.autoconfigure.report.HeaderStyleWarnings;
import io.github.ratelimit.provider.AnswerStyles;
import io.github.ratelimit.provider.BodyStyle;
import io.github.ratelimit.provider.HeaderStyle;
import io.github.ratelimit.web.cors.CorsWriter;
import io.github.ratelimit.web.cors.CorsHeaders;
import io.github.ratelimit.web.cors.MvcCorsWriter;
import io.github.ratelimit.web.mvc.RateLimitExceptionResolver;
import io.github.ratelimit.web.response.ServletAnswers;
import io.github.ratelimit.web.security.SecurityCorsWriter;
import java.util.List;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;
import org.springframework.web.filter.CorsFilter;
import org.springframework.web.servlet.DispatcherServlet;
import org.springframework.web.servlet.HandlerMapping;

/**
 * The responses to HTTP clients.
 */
@Configuration(proxyBeanMethods = false)
class RateLimitAnswersConfiguration {

	@Bean
	@ConditionalOnMissingBean
	AnswerStyles rateLimitAnswerStyles(ObjectProvider<HeaderStyle> headers, ObjectProvider<BodyStyle> bodies,
			TimeSource time) {
		return new AnswerStyles(headers.orderedStream().toList(), bodies.orderedStream().toList(), time);
	}

	@Bean
	@ConditionalOnMissingBean
	ServletAnswers rateLimitAnswers(RateLimitProperties properties, LimitDefinitions limits, AnswerStyles styles,
			CorsHeaders crossOrigin) {
		RateLimitProperties.Http http = properties.http();
		http.headers()
			.forEach((style) -> StyleNames.find("ratelimit.http.headers", style,
					(name) -> styles.headers(List.of(name))));
		StyleNames.find("ratelimit.http.body", http.body(), styles::body);
		HeaderStyleWarnings.log(http.headers(), limits);
		return new ServletAnswers(styles, http.headers(), http.body(), crossOrigin, http.upstreamHeaders(),
				http.longestRetry());
	}

	@Bean
	@ConditionalOnMissingBean
	CorsHeaders rateLimitCrossOrigin(ObjectProvider<CorsWriter> writers, ObjectProvider<CorsFilter> filters,
			ObjectProvider<FilterRegistrationBean<?>> registrations, Environment environment) {
		int security = RateLimitWebAutoConfiguration.securityFilterOrder(environment);
		return new CorsHeaders(
				() -> new CorsWriters(filters, registrations, security).with(writers.orderedStream().toList()));
	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(name = "org.springframework.security.web.FilterChainProxy")
	static class Security {

		@Bean
		@Order(Ordered.LOWEST_PRECEDENCE - 1)
		CorsWriter rateLimitSecurityCors(BeanFactory beanFactory) {
			return new SecurityCorsWriter(beanFactory);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(DispatcherServlet.class)
	static class Mvc {

		@Bean
		@Order(Ordered.LOWEST_PRECEDENCE)
		CorsWriter rateLimitMvcCors(ObjectProvider<HandlerMapping> mappings) {
			return new MvcCorsWriter(() -> mappings.orderedStream().toList());
		}

		@Bean
		@ConditionalOnMissingBean
		RateLimitExceptionResolver rateLimitExceptionResolver(ServletAnswers answers, ApplicationContext context) {
			return new RateLimitExceptionResolver(answers, context);
		}

	}

}
