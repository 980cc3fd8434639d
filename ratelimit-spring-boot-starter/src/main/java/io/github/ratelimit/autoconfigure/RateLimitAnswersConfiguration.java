package io.github.ratelimit.autoconfigure;

import io.github.ratelimit.web.AnswerStyles;
import io.github.ratelimit.web.Answers;
import io.github.ratelimit.web.BodyStyle;
import io.github.ratelimit.web.CorsWriter;
import io.github.ratelimit.web.CrossOrigin;
import io.github.ratelimit.web.HeaderStyle;
import io.github.ratelimit.web.MvcCorsWriter;
import io.github.ratelimit.web.RateLimitExceptionResolver;
import io.github.ratelimit.web.security.SecurityCorsWriter;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.security.web.FilterChainProxy;
import org.springframework.web.filter.CorsFilter;
import org.springframework.web.servlet.DispatcherServlet;
import org.springframework.web.servlet.HandlerMapping;

/**
 * What HTTP callers are told.
 */
@Configuration(proxyBeanMethods = false)
class RateLimitAnswersConfiguration {

	@Bean
	@ConditionalOnMissingBean
	AnswerStyles rateLimitAnswerStyles(ObjectProvider<HeaderStyle> headers, ObjectProvider<BodyStyle> bodies) {
		return new AnswerStyles(headers.orderedStream().toList(), bodies.orderedStream().toList());
	}

	@Bean
	@ConditionalOnMissingBean
	Answers rateLimitAnswers(RateLimitProperties properties, AnswerStyles styles, ObjectProvider<CorsWriter> writers) {
		RateLimitProperties.Http http = properties.getHttp();
		CrossOrigin crossOrigin = new CrossOrigin(() -> writers.orderedStream().toList());
		return new Answers(styles, http.getHeaders(), http.getBody(), hiddenLimits(properties), crossOrigin);
	}

	private static Set<String> hiddenLimits(RateLimitProperties properties) {
		return properties.getLimits()
			.entrySet()
			.stream()
			.filter((limit) -> limit.getValue().isHideHeaders())
			.map(Map.Entry::getKey)
			.collect(Collectors.toSet());
	}

	@Bean
	@Order(Ordered.LOWEST_PRECEDENCE - 2)
	CorsWriter rateLimitCorsFilters(ObjectProvider<CorsFilter> filters,
			ObjectProvider<FilterRegistrationBean<?>> registrations) {
		return new CorsFilterBeans(filters, registrations);
	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(FilterChainProxy.class)
	static class Security {

		@Bean
		@Order(Ordered.LOWEST_PRECEDENCE - 1)
		CorsWriter rateLimitSecurityCors(ObjectProvider<FilterChainProxy> security) {
			return new SecurityCorsWriter(security::getIfUnique);
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
		RateLimitExceptionResolver rateLimitExceptionResolver(Answers answers, ApplicationContext context) {
			return new RateLimitExceptionResolver(answers, context);
		}

	}

}
