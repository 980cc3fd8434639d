package io.github.ratelimit.web.path;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.springframework.core.io.ClassPathResource;
import org.springframework.web.servlet.function.RequestPredicates;
import org.springframework.web.servlet.function.RouterFunction;
import org.springframework.web.servlet.function.RouterFunctions;
import org.springframework.web.servlet.function.ServerRequest;
import org.springframework.web.servlet.function.ServerResponse;

/** The paths of functional endpoints, among which a rule's path is looked for. */
class RouterFunctionPathsTests {

	private static ServerResponse answer(ServerRequest request) {
		return ServerResponse.ok().build();
	}

	@Test
	void thePathsOfRoutesAreKnownWithThoseAroundThem() {
		RouterFunction<ServerResponse> routes = RouterFunctions.route()
			.GET("/plain", RouterFunctionPathsTests::answer)
			.path("/v1",
					(nested) -> nested.POST("/chat", RouterFunctionPathsTests::answer)
						.path("/files", (files) -> files.GET("/{id}", RouterFunctionPathsTests::answer)))
			.GET("/page", (request) -> request.headers().accept().isEmpty(), RouterFunctionPathsTests::answer)
			.route(RequestPredicates.path("/a").or(RequestPredicates.path("/b")), RouterFunctionPathsTests::answer)
			.build();
		assertThat(RouterFunctionPaths.of(routes)).containsExactly("/plain", "/v1/chat", "/v1/files/{id}", "/page",
				"/a", "/b");
	}

	@Test
	void aRouteThatMayServeAnyPathIsNotKnown() {
		assertThat(RouterFunctionPaths.of(RouterFunctions.route().add((request) -> Optional.empty()).build())).isNull();
		assertThat(RouterFunctionPaths.of(RouterFunctions.resources("/files/**", new ClassPathResource("files/"))))
			.isNull();
		assertThat(RouterFunctionPaths
			.of(RouterFunctions.route(RequestPredicates.all(), RouterFunctionPathsTests::answer))).isNull();
		assertThat(RouterFunctionPaths
			.of(RouterFunctions.route(RequestPredicates.path("/a").negate(), RouterFunctionPathsTests::answer)))
			.isNull();
		assertThat(RouterFunctionPaths.of(RouterFunctions.route(RequestPredicates.path("/a").or((request) -> true),
				RouterFunctionPathsTests::answer)))
			.isNull();
	}

}
