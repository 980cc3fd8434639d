package io.github.ratelimit.actuate.page;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.web.security.CsrfTokens;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.EndpointId;
import org.springframework.boot.actuate.endpoint.web.ExposableWebEndpoint;
import org.springframework.boot.actuate.endpoint.web.PathMappedEndpoints;
import org.springframework.boot.actuate.endpoint.web.WebOperation;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.http.MediaType;
import org.springframework.mock.http.server.reactive.MockServerHttpRequest;
import org.springframework.mock.web.server.MockServerWebExchange;
import org.springframework.security.web.server.csrf.CsrfToken;
import org.springframework.security.web.server.csrf.DefaultCsrfToken;
import org.springframework.web.reactive.DispatcherHandler;
import org.springframework.web.reactive.HandlerMapping;
import org.springframework.web.reactive.function.server.HandlerStrategies;
import org.springframework.web.reactive.function.server.support.HandlerFunctionAdapter;
import org.springframework.web.reactive.function.server.support.ServerResponseResultHandler;
import reactor.core.publisher.Mono;

/** The page in WebFlux with the CSRF tokens of Spring Security. */
class ReactivePageMappingTests {

	@Test
	void thePageHasTheTokenOfItsRequest() {
		CsrfToken token = new DefaultCsrfToken("X-CSRF-TOKEN", "_csrf", "a<b");
		assertThat(page(Mono.just(token))).contains("<meta name=\"ratelimits-csrf-header\" content=\"X-CSRF-TOKEN\">",
				"<meta name=\"ratelimits-csrf-token\" content=\"a&lt;b\">");
	}

	@ParameterizedTest
	@MethodSource
	void aRequestWithoutATokenGetsThePageToo(@Nullable Object attribute) {
		assertThat(page(attribute)).contains("<meta name=\"ratelimits-csrf-header\" content=\"\">",
				"<meta name=\"ratelimits-csrf-token\" content=\"\">");
	}

	static Stream<@Nullable Object> aRequestWithoutATokenGetsThePageToo() {
		return Stream.of(null, Mono.empty(), Mono.just("no token"), "no Mono");
	}

	private static @Nullable String page(@Nullable Object attribute) {
		RateLimitsPage page = RateLimitsPage.of(new PathMappedEndpoints("/actuator", () -> List.of(new Endpoint())),
				CsrfTokens::header);
		MockServerWebExchange exchange = MockServerWebExchange
			.from(MockServerHttpRequest.get("/actuator/ratelimits").accept(MediaType.TEXT_HTML));
		if (attribute != null) {
			exchange.getAttributes().put(CsrfToken.class.getName(), attribute);
		}
		ServerResponseResultHandler responses = new ServerResponseResultHandler();
		responses.setMessageWriters(HandlerStrategies.withDefaults().messageWriters());
		try (GenericApplicationContext context = new GenericApplicationContext()) {
			context.registerBean(HandlerMapping.class, () -> ReactivePageMapping.of(page));
			context.registerBean(HandlerFunctionAdapter.class);
			context.registerBean(ServerResponseResultHandler.class, () -> responses);
			context.refresh();
			new DispatcherHandler(context).handle(exchange).block();
		}
		return exchange.getResponse().getBodyAsString().block();
	}

	/** The endpoint of the page, without changes. */
	private static final class Endpoint implements ExposableWebEndpoint {

		@Override
		public EndpointId getEndpointId() {
			return EndpointId.of("ratelimits");
		}

		@Override
		public Access getDefaultAccess() {
			return Access.READ_ONLY;
		}

		@Override
		public Collection<WebOperation> getOperations() {
			return List.of();
		}

		@Override
		public String getRootPath() {
			return "ratelimits";
		}

	}

}
