package io.github.ratelimit.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.governor.CallRefusedException;
import io.github.ratelimit.governor.CallRefusedException.Reason;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.boot.webmvc.autoconfigure.DispatcherServletAutoConfiguration;
import org.springframework.boot.webmvc.autoconfigure.WebMvcAutoConfiguration;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.http.ResponseEntity;
import org.springframework.mock.web.MockServletContext;
import org.springframework.test.web.servlet.assertj.MockMvcTester;
import org.springframework.test.web.servlet.assertj.MvcTestResult;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.context.support.AnnotationConfigWebApplicationContext;

/** Responses to requests whose calls to providers were refused before they were sent. */
class RefusedClientCallTests {

	private final AnnotationConfigWebApplicationContext context = new AnnotationConfigWebApplicationContext();

	@AfterEach
	void stop() {
		this.context.close();
	}

	@ParameterizedTest
	@ValueSource(strings = { "WAIT_TOO_LONG", "THROTTLED", "QUEUE_FULL", "THREADS_HELD" })
	void aRefusedCallIsAnsweredLikeARefusalByALimitWithoutTheClientsName(String reason) {
		MvcTestResult result = get("/calls/" + reason);
		assertThat(result).hasStatus(429)
			.headers()
			.hasValue("Retry-After", "8")
			.hasValue("Cache-Control", "no-store")
			.doesNotContainHeader("X-RateLimit-Limit");
		assertThat(result).hasContentType("application/problem+json").bodyText().doesNotContain("openai", "max-wait");
	}

	@Test
	void aCallThatWaitsOnlyForCallsInFlightIsToBeRetriedAfterASecond() {
		assertThat(get("/unknown", "ratelimit.http.headers=openai")).hasStatus(429)
			.headers()
			.hasValue("Retry-After", "1")
			.hasValue("retry-after-ms", "1000");
	}

	@Test
	void theStyleOfTheBodyIsTheConfiguredOne() {
		assertThat(get("/calls/THROTTLED", "ratelimit.http.body=openai")).bodyJson()
			.extractingPath("$.error.code")
			.isEqualTo("rate_limit_exceeded");
	}

	@Test
	void aCallThatIsTooLargeIsNotToBeSentAgain() {
		assertThat(get("/calls/TOO_LARGE")).hasStatus(413)
			.headers()
			.hasValue("x-should-retry", "false")
			.doesNotContainHeader("Retry-After");
	}

	@Test
	void aRefusalInAFutureIsAnsweredAsWell() {
		assertThat(get("/future")).hasStatus(429).headers().hasValue("Retry-After", "8");
	}

	@Test
	void aHandlerForEveryExceptionDoesNotHandleIt() {
		this.context.register(CatchAll.class);
		assertThat(get("/calls/THROTTLED")).hasStatus(429).headers().hasValue("Retry-After", "8");
	}

	@Test
	void aHandlerForExactlyThisExceptionTakesPrecedence() {
		this.context.register(CatchAll.class, Exact.class);
		assertThat(get("/calls/THROTTLED")).hasStatus(503).bodyText().isEqualTo("openai");
	}

	@Test
	void anInterruptedCallIsNoRefusal() {
		assertThat(get("/calls/INTERRUPTED")).hasFailed().failure().hasRootCauseInstanceOf(CallRefusedException.class);
	}

	private MvcTestResult get(String path, String... properties) {
		this.context.setServletContext(new MockServletContext());
		TestPropertyValues.of(properties).applyTo(this.context);
		this.context.register(Application.class);
		this.context.refresh();
		return MockMvcTester.from(this.context).get().uri(path).exchange();
	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ RateLimitAutoConfiguration.class, RateLimitWebAutoConfiguration.class,
			WebMvcAutoConfiguration.class, DispatcherServletAutoConfiguration.class })
	@Import(Calls.class)
	static class Application {

	}

	@RestController
	static class Calls {

		@GetMapping("/calls/{reason}")
		String call(@PathVariable Reason reason) {
			throw refused(reason);
		}

		@GetMapping("/unknown")
		String unknown() {
			throw new CallRefusedException("openai", Reason.QUEUE_FULL, Duration.ZERO);
		}

		@GetMapping("/future")
		CompletableFuture<String> future() {
			return CompletableFuture.failedFuture(new CompletionException(refused(Reason.THROTTLED)));
		}

		private static CallRefusedException refused(Reason reason) {
			return new CallRefusedException("openai", reason, Duration.ofMillis(7001));
		}

	}

	@RestControllerAdvice
	static class CatchAll {

		@ExceptionHandler
		ResponseEntity<String> handle(Exception ex) {
			return ResponseEntity.status(500).body("caught");
		}

	}

	@RestControllerAdvice
	static class Exact {

		@ExceptionHandler
		ResponseEntity<String> handle(CallRefusedException ex) {
			return ResponseEntity.status(503).body(ex.client());
		}

	}

}
