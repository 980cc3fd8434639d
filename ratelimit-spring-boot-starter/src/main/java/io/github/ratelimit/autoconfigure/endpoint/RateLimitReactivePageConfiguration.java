package io.github.ratelimit.autoconfigure.endpoint;

import io.github.ratelimit.actuate.RateLimitsEndpoint;
import io.github.ratelimit.actuate.page.ReactivePageMapping;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.autoconfigure.endpoint.expose.EndpointExposure;
import org.springframework.boot.actuate.autoconfigure.web.ManagementContextConfiguration;
import org.springframework.boot.actuate.endpoint.web.PathMappedEndpoints;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.web.reactive.DispatcherHandler;
import org.springframework.web.reactive.HandlerMapping;

/**
 * {@link ManagementContextConfiguration @ManagementContextConfiguration} for the page of
 * the {@code ratelimits} endpoint in WebFlux, on the management port if it is another
 * one.
 */
@ManagementContextConfiguration(proxyBeanMethods = false)
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
@ConditionalOnClass(DispatcherHandler.class)
@ConditionalOnBean(PathMappedEndpoints.class)
@ConditionalOnAvailableEndpoint(endpoint = RateLimitsEndpoint.class, exposure = EndpointExposure.WEB)
public final class RateLimitReactivePageConfiguration {

	@Bean
	HandlerMapping rateLimitsPageMapping(PathMappedEndpoints endpoints, ApplicationContext context) {
		return ReactivePageMapping.of(Pages.of(endpoints, context));
	}

}
