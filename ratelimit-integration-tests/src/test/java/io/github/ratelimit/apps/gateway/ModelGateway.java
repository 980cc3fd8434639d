package io.github.ratelimit.apps.gateway;

import static org.springframework.cloud.gateway.server.mvc.filter.BeforeFilterFunctions.removeRequestHeader;
import static org.springframework.cloud.gateway.server.mvc.filter.BeforeFilterFunctions.uri;
import static org.springframework.cloud.gateway.server.mvc.handler.GatewayRouterFunctions.route;
import static org.springframework.cloud.gateway.server.mvc.handler.HandlerFunctions.http;
import static org.springframework.web.servlet.function.RequestPredicates.path;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.servlet.function.RouterFunction;
import org.springframework.web.servlet.function.ServerResponse;

/** The gateway of docs/recipes.md. */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
class ModelGateway {

	@Bean
	RouterFunction<ServerResponse> openai(@Value("${openai.uri:https://api.openai.com}") String openai) {
		return route("openai").route(path("/v1/**"), http())
			.before(uri(openai))
			.before(removeRequestHeader("Accept-Encoding"))
			.filter(UsageStream::read)
			.build();
	}

}
