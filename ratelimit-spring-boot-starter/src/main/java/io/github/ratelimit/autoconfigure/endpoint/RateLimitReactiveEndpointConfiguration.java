package io.github.ratelimit.autoconfigure.endpoint;

import io.github.ratelimit.actuate.RateLimitsEndpoint;
import io.github.ratelimit.actuate.UnreadableBody;
import io.github.ratelimit.actuate.page.ReactivePageMapping;
import io.github.ratelimit.web.reactive.UnreadableBodyHandler;
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
 * {@link ManagementContextConfiguration @ManagementContextConfiguration} for what WebFlux
 * does for the {@code ratelimits} endpoint: its page, and the reason if a body cannot be
 * read. On the management port if it is another one.
 */
@ManagementContextConfiguration(proxyBeanMethods = false)
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
@ConditionalOnClass(DispatcherHandler.class)
@ConditionalOnBean(PathMappedEndpoints.class)
@ConditionalOnAvailableEndpoint(endpoint = RateLimitsEndpoint.class, exposure = EndpointExposure.WEB)
public final class RateLimitReactiveEndpointConfiguration {

	@Bean
	HandlerMapping rateLimitsPageMapping(PathMappedEndpoints endpoints, ApplicationContext context) {
		return ReactivePageMapping.of(Pages.of(endpoints, context));
	}

	@Bean
	UnreadableBodyHandler rateLimitsUnreadableBodyHandler(PathMappedEndpoints endpoints) {
		return new UnreadableBodyHandler(UnreadableBody.of(endpoints)::problem);
	}

}
