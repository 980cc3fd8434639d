package io.github.ratelimit.web.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.OneWebServer;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.web.error.ErrorPage;
import org.springframework.boot.web.servlet.support.ErrorPageFilter;
import org.springframework.boot.webmvc.error.ErrorController;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/**
 * An exception leaves the application, and its error page determines the status by which
 * the call is counted.
 */
@Tag("version-independent")
class ErrorPageTests {

	@ParameterizedTest
	@CsvSource({ "tomcat, */*, 401", "jetty, */*, 401", "tomcat, x/y, ", "jetty, x/y, ",
			"tomcat, text/plain;charset=ISO-2022-CN, ", "jetty, text/plain;charset=ISO-2022-CN, " })
	void aWrongGuessIsCountedWhateverItsClientAccepts(String webServer, String accept, Integer status)
			throws IOException {
		try (RunningServer server = start(webServer, Pages.class)) {
			for (int i = 0; i < 5; i++) {
				int answered = server.get("/guess?as=mallory", "Accept: " + accept).status();
				assertThat(answered).isNotEqualTo(429);
				if (status != null) {
					assertThat(answered).isEqualTo(status);
				}
			}
			assertThat(server.get("/guess?as=mallory", "Accept: " + accept).status()).isEqualTo(429);
		}
	}

	/** Tomcat sends no such page. */
	@Test
	void aWrongGuessIsCountedThoughItsErrorPageIsAsynchronous() throws IOException {
		try (RunningServer server = start("jetty", Pages.class)) {
			for (int i = 0; i < 5; i++) {
				assertThat(server.get("/guess?as=mallory&later=true").status()).isEqualTo(401);
			}
			assertThat(server.get("/guess?as=mallory").status()).isEqualTo(429);
		}
	}

	@ParameterizedTest
	@CsvSource({ "tomcat, false", "jetty, false", "tomcat, true", "jetty, true" })
	void anotherErrorIsNotCounted(String webServer, boolean external) throws IOException {
		try (RunningServer server = start(webServer, external ? ExternalServer.class : Pages.class)) {
			for (int i = 0; i < 6; i++) {
				assertThat(server.get("/guess?as=failure").status()).isEqualTo(500);
			}
			assertThat(server.get("/guess?as=alice").status()).isEqualTo(200);
		}
	}

	/** Boot's own filter forwards to the error page of an application in a WAR. */
	@ParameterizedTest
	@CsvSource({ "tomcat, */*", "jetty, */*", "tomcat, x/y", "jetty, x/y" })
	void aWrongGuessIsCountedOnAnExternalServer(String webServer, String accept) throws IOException {
		try (RunningServer server = start(webServer, ExternalServer.class)) {
			for (int i = 0; i < 5; i++) {
				assertThat(server.get("/guess?as=mallory", "Accept: " + accept).status()).isNotEqualTo(429);
			}
			assertThat(server.get("/guess?as=mallory", "Accept: " + accept)).satisfies((answer) -> {
				assertThat(answer.status()).isEqualTo(429);
				assertThat(answer.header("Retry-After")).as("counted, not undecided").isEqualTo("180");
			});
		}
	}

	private static RunningServer start(String webServer, Class<?> configuration) {
		return RunningServer.withoutSecurity(configuration, OneWebServer.PROPERTY + "=" + webServer,
				"ratelimit.limits.login.rate=5/15min", "ratelimit.limits.login.key=ip",
				"ratelimit.limits.login.count-when=status == 401", "ratelimit.http.rules[0].path=/guess",
				"ratelimit.http.rules[0].limits=login");
	}

	@Configuration(proxyBeanMethods = false)
	static class ExternalServer extends Pages {

		@Bean
		ErrorPageFilter errorPageFilter() {
			ErrorPageFilter filter = new ErrorPageFilter();
			filter.addErrorPages(new ErrorPage("/error"));
			return filter;
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Pages {

		@Bean
		Guesses guesses() {
			return new Guesses();
		}

		@Bean
		Errors errors() {
			return new Errors();
		}

	}

	@RestController
	static class Guesses {

		@GetMapping("/guess")
		String guess(@RequestParam String as) {
			return switch (as) {
				case "alice" -> "welcome";
				case "mallory" -> throw new SecurityException("wrong password");
				default -> throw new IllegalStateException("The application's own failure");
			};
		}

	}

	@RestController
	static class Errors implements ErrorController {

		@RequestMapping("/error")
		Object error(HttpServletRequest request, @RequestParam(defaultValue = "false") boolean later) {
			Throwable failure = (Throwable) request.getAttribute(RequestDispatcher.ERROR_EXCEPTION);
			int status = (isCausedByGuess(failure)) ? 401 : 500;
			Callable<Object> page = () -> ResponseEntity.status(status).body(Map.of("status", status));
			return later ? page : ResponseEntity.status(status).body(Map.of("status", status));
		}

		private static boolean isCausedByGuess(Throwable failure) {
			return failure instanceof SecurityException
					|| (failure != null && failure.getCause() instanceof SecurityException);
		}

	}

}
