package io.github.ratelimit.autoconfigure;

import io.github.ratelimit.web.cors.CorsHeaders;
import io.github.ratelimit.web.cors.CorsWriter;
import io.github.ratelimit.web.cors.FilterCorsWriter;
import io.github.ratelimit.web.cors.MvcCorsWriter;
import io.github.ratelimit.web.security.SecurityCorsWriter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.core.annotation.OrderUtils;
import org.springframework.core.env.Environment;
import org.springframework.web.filter.CorsFilter;
import org.springframework.web.servlet.DispatcherServlet;
import org.springframework.web.servlet.HandlerMapping;

/**
 * The parts of the application that write CORS headers, in the order in which they
 * process a request: filters before Spring Security, Spring Security, the other filters,
 * Spring MVC.
 */
@Configuration(proxyBeanMethods = false)
class RateLimitCorsConfiguration {

	@Bean
	@ConditionalOnMissingBean
	CorsHeaders rateLimitCrossOrigin(ObjectProvider<CorsWriter> writers, ObjectProvider<CorsFilter> filters,
			ObjectProvider<FilterRegistrationBean<?>> registrations, Environment environment) {
		int security = RateLimitWebAutoConfiguration.securityFilterOrder(environment);
		return new CorsHeaders(() -> inOrder(writers.orderedStream().toList(), filters, registrations, security));
	}

	private static List<CorsWriter> inOrder(List<CorsWriter> beans, ObjectProvider<CorsFilter> filters,
			ObjectProvider<FilterRegistrationBean<?>> registrations, int securityOrder) {
		List<CorsWriter> all = new ArrayList<>();
		List<CorsWriter> late = new ArrayList<>();
		Set<Object> registered = Collections.newSetFromMap(new IdentityHashMap<>());
		for (FilterRegistrationBean<?> registration : registrations) {
			if (registration.getFilter() instanceof CorsFilter filter) {
				registered.add(filter);
				if (registration.isEnabled()
						&& FilterCorsWriter.seesRequests(registration.determineDispatcherTypes())) {
					((registration.getOrder() < securityOrder) ? all : late)
						.add(new FilterCorsWriter(filter, registration.getUrlPatterns(), servlets(registration)));
				}
			}
		}
		for (CorsFilter filter : filters) {
			if (!registered.contains(filter)) {
				((order(filter) < securityOrder) ? all : late).add(new FilterCorsWriter(filter, List.of(), List.of()));
			}
		}
		beans.stream().takeWhile((bean) -> !(bean instanceof MvcCorsWriter)).forEach(all::add);
		all.addAll(late);
		beans.stream().dropWhile((bean) -> !(bean instanceof MvcCorsWriter)).forEach(all::add);
		return all;
	}

	private static List<String> servlets(FilterRegistrationBean<?> registration) {
		List<String> names = new ArrayList<>(registration.getServletNames());
		registration.getServletRegistrationBeans().forEach((servlet) -> names.add(servlet.getServletName()));
		return names;
	}

	private static int order(CorsFilter filter) {
		return (filter instanceof Ordered ordered) ? ordered.getOrder()
				: OrderUtils.getOrder(filter.getClass(), Ordered.LOWEST_PRECEDENCE);
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

	}

}
