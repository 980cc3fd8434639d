package io.github.ratelimit.autoconfigure.endpoint;

import io.github.ratelimit.actuate.RateLimitsEndpoint;
import io.github.ratelimit.actuate.page.ServletPageMapping;
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
 * {@link ManagementContextConfiguration @ManagementContextConfiguration} for the page of
 * the {@code ratelimits} endpoint in Spring MVC, on the management port if it is another
 * one.
 */
@ManagementContextConfiguration(proxyBeanMethods = false)
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@ConditionalOnClass(DispatcherServlet.class)
@ConditionalOnBean({ DispatcherServlet.class, PathMappedEndpoints.class })
@ConditionalOnAvailableEndpoint(endpoint = RateLimitsEndpoint.class, exposure = EndpointExposure.WEB)
public final class RateLimitServletPageConfiguration {

	@Bean
	HandlerMapping rateLimitsPageMapping(PathMappedEndpoints endpoints, ApplicationContext context) {
		return ServletPageMapping.of(Pages.of(endpoints, context));
	}

}
