package io.github.ratelimit.autoconfigure.endpoint;

import io.github.ratelimit.actuate.RateLimitsEndpoint;
import io.github.ratelimit.actuate.UnreadableBody;
import io.github.ratelimit.actuate.page.ServletPageMapping;
import io.github.ratelimit.web.mvc.UnreadableBodyResolver;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.autoconfigure.endpoint.expose.EndpointExposure;
import org.springframework.boot.actuate.autoconfigure.web.ManagementContextConfiguration;
import org.springframework.boot.actuate.endpoint.web.PathMappedEndpoints;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.web.servlet.DispatcherServlet;
import org.springframework.web.servlet.HandlerMapping;

/**
 * {@link ManagementContextConfiguration @ManagementContextConfiguration} for what Spring
 * MVC does for the {@code ratelimits} endpoint: its page, and the reason if a body cannot
 * be read. On the management port if it is another one.
 */
@ManagementContextConfiguration(proxyBeanMethods = false)
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@ConditionalOnClass(DispatcherServlet.class)
@ConditionalOnBean({ DispatcherServlet.class, PathMappedEndpoints.class })
@ConditionalOnAvailableEndpoint(endpoint = RateLimitsEndpoint.class, exposure = EndpointExposure.WEB)
public final class RateLimitServletEndpointConfiguration {

	@Bean
	HandlerMapping rateLimitsPageMapping(PathMappedEndpoints endpoints, ApplicationContext context) {
		return ServletPageMapping.of(Pages.of(endpoints, context));
	}

	@Bean
	UnreadableBodyResolver rateLimitsUnreadableBodyResolver(PathMappedEndpoints endpoints) {
		return new UnreadableBodyResolver(UnreadableBody.of(endpoints)::problem);
	}

}
