package io.github.ratelimit.web.path;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.springframework.core.io.ClassPathResource;
import org.springframework.web.servlet.function.RequestPredicates;
import org.springframework.web.servlet.function.RouterFunction;
import org.springframework.web.servlet.function.RouterFunctions;
import org.springframework.web.servlet.function.ServerRequest;
import org.springframework.web.servlet.function.ServerResponse;

import static org.assertj.core.api.Assertions.assertThat;

/** The paths of functional endpoints, among which a rule's path is looked for. */
class RoutedPathsTests {

	private static ServerResponse answer(ServerRequest request) {
		return ServerResponse.ok().build();
	}

	@Test
	void thePathsOfRoutesAreKnownWithThoseAroundThem() {
		RouterFunction<ServerResponse> routes = RouterFunctions.route()
			.GET("/plain", RoutedPathsTests::answer)
			.path("/v1",
					(nested) -> nested.POST("/chat", RoutedPathsTests::answer)
						.path("/files", (files) -> files.GET("/{id}", RoutedPathsTests::answer)))
			.GET("/page", (request) -> request.headers().accept().isEmpty(), RoutedPathsTests::answer)
			.route(RequestPredicates.path("/a").or(RequestPredicates.path("/b")), RoutedPathsTests::answer)
			.build();
		assertThat(RoutedPaths.of(routes)).containsExactly("/plain", "/v1/chat", "/v1/files/{id}", "/page", "/a", "/b");
	}

	@Test
	void aRouteThatMayServeAnyPathIsNotKnown() {
		assertThat(RoutedPaths.of(RouterFunctions.route().add((request) -> Optional.empty()).build())).isNull();
		assertThat(RoutedPaths.of(RouterFunctions.resources("/files/**", new ClassPathResource("files/")))).isNull();
		assertThat(RoutedPaths.of(RouterFunctions.route(RequestPredicates.all(), RoutedPathsTests::answer))).isNull();
		assertThat(
				RoutedPaths.of(RouterFunctions.route(RequestPredicates.path("/a").negate(), RoutedPathsTests::answer)))
			.isNull();
		assertThat(RoutedPaths
			.of(RouterFunctions.route(RequestPredicates.path("/a").or((request) -> true), RoutedPathsTests::answer)))
			.isNull();
	}

}
