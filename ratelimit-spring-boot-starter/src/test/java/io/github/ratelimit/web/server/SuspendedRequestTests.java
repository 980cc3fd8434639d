package io.github.ratelimit.web.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.OneWebServer;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.EnumSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;

/**
 * A filter in front of the limits suspends requests and dispatches them again, as those
 * do that protect a server from overload, or forwards them to another path.
 */
@Tag("version-independent")
class SuspendedRequestTests {

	@ParameterizedTest
	@ValueSource(strings = { "tomcat", "jetty" })
	void aRequestIsLimitedThoughItComesAsAnAsynchronousDispatch(String webServer) throws IOException {
		try (RunningServer server = RunningServer.withoutSecurity(Suspending.class,
				OneWebServer.PROPERTY + "=" + webServer, "ratelimit.limits.address.rate=2/d",
				"ratelimit.limits.address.key=ip", "ratelimit.http.rules[0].path=/v1/**",
				"ratelimit.http.rules[0].limits=address", "ratelimit.limits.late.rate=10/d",
				"ratelimit.limits.late.key=ip", "ratelimit.http.rules[1].path=/v1/**",
				"ratelimit.http.rules[1].limits=late", "ratelimit.http.rules[1].when=after-security")) {
			assertThat(server.get("/v1/chat").status()).isEqualTo(200);
			assertThat(server.get("/v1/async").status()).isEqualTo(200);
			assertThat(server.get("/v1/chat").status()).isEqualTo(429);
			assertThat(server.reached()).isEqualTo(2);
			assertThat(server.allowed("late")).isEqualTo(2);
			server.limiter(false);
			assertThat(server.get("/v1/chat").status()).isEqualTo(200);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "tomcat", "jetty" })
	void aRequestIsLimitedByThePathThatItIsForwardedTo(String webServer) throws IOException {
		try (RunningServer server = RunningServer.withoutSecurity(Suspending.class,
				OneWebServer.PROPERTY + "=" + webServer, "ratelimit.limits.address.rate=2/d",
				"ratelimit.limits.address.key=ip", "ratelimit.http.rules[0].path=/v1/chat",
				"ratelimit.http.rules[0].limits=address")) {
			assertThat(server.get("/friendly/v1/chat").status()).isEqualTo(200);
			assertThat(server.get("/v1/forward").status()).as("forwarded by a controller").isEqualTo(200);
			assertThat(server.get("/friendly/v1/chat").status()).isEqualTo(200);
			assertThat(server.get("/friendly/v1/chat").status()).isEqualTo(429);
			assertThat(server.reached()).isEqualTo(3);
		}
	}

	@Configuration(proxyBeanMethods = false)
	static class Suspending {

		@Bean
		FilterRegistrationBean<Filter> suspendingFilter() {
			FilterRegistrationBean<Filter> filter = new FilterRegistrationBean<>((request, response, chain) -> {
				String uri = ((HttpServletRequest) request).getRequestURI();
				if (uri.startsWith("/friendly")) {
					request.getRequestDispatcher(uri.substring("/friendly".length())).forward(request, response);
				}
				else if (request.getDispatcherType() == DispatcherType.REQUEST) {
					request.startAsync().dispatch();
				}
				else {
					chain.doFilter(request, response);
				}
			});
			filter.setOrder(Ordered.HIGHEST_PRECEDENCE);
			filter.setDispatcherTypes(EnumSet.of(DispatcherType.REQUEST, DispatcherType.ASYNC));
			filter.setAsyncSupported(true);
			return filter;
		}

	}

}
