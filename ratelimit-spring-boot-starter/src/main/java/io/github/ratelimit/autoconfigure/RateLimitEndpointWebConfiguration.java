package io.github.ratelimit.autoconfigure;

import io.github.ratelimit.actuate.RateLimitsEndpoint;
import io.github.ratelimit.actuate.UnreadableBody;
import io.github.ratelimit.actuate.page.RateLimitsPage;
import io.github.ratelimit.actuate.page.ReactivePageMapping;
import io.github.ratelimit.actuate.page.ServletPageMapping;
import io.github.ratelimit.web.mvc.UnreadableBodyResolver;
import io.github.ratelimit.web.reactive.UnreadableBodyHandler;
import io.github.ratelimit.web.security.CsrfTokens;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.autoconfigure.endpoint.expose.EndpointExposure;
import org.springframework.boot.actuate.autoconfigure.web.ManagementContextConfiguration;
import org.springframework.boot.actuate.endpoint.web.PathMappedEndpoints;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.util.ClassUtils;
import org.springframework.web.reactive.DispatcherHandler;
import org.springframework.web.servlet.DispatcherServlet;

/**
 * {@link ManagementContextConfiguration @ManagementContextConfiguration} for what a web
 * framework does for the {@code ratelimits} endpoint: its page, and the reason if a body
 * cannot be read. On the management port if it is another one.
 */
@ManagementContextConfiguration(proxyBeanMethods = false)
@ConditionalOnBean(PathMappedEndpoints.class)
@ConditionalOnAvailableEndpoint(endpoint = RateLimitsEndpoint.class, exposure = EndpointExposure.WEB)
public final class RateLimitEndpointWebConfiguration {

	private static final String CSRF_TOKEN = "org.springframework.security.web.csrf.CsrfToken";

	/** Returns the page, with Spring Security's CSRF tokens where there are some. */
	private static @Nullable RateLimitsPage page(PathMappedEndpoints endpoints, ApplicationContext context) {
		boolean secured = ClassUtils.isPresent(CSRF_TOKEN, context.getClassLoader());
		return RateLimitsPage.of(endpoints, secured ? CsrfTokens::header : (token) -> null);
	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
	@ConditionalOnClass(DispatcherServlet.class)
	@ConditionalOnBean(DispatcherServlet.class)
	static class Servlet {

		@Bean
		org.springframework.web.servlet.HandlerMapping rateLimitsPageMapping(PathMappedEndpoints endpoints,
				ApplicationContext context) {
			return ServletPageMapping.of(page(endpoints, context));
		}

		@Bean
		UnreadableBodyResolver rateLimitsUnreadableBodyResolver(PathMappedEndpoints endpoints) {
			return new UnreadableBodyResolver(UnreadableBody.of(endpoints)::problem);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
	@ConditionalOnClass(DispatcherHandler.class)
	static class Reactive {

		@Bean
		org.springframework.web.reactive.HandlerMapping rateLimitsPageMapping(PathMappedEndpoints endpoints,
				ApplicationContext context) {
			return ReactivePageMapping.of(page(endpoints, context));
		}

		@Bean
		UnreadableBodyHandler rateLimitsUnreadableBodyHandler(PathMappedEndpoints endpoints) {
			return new UnreadableBodyHandler(UnreadableBody.of(endpoints)::problem);
		}

	}

}
