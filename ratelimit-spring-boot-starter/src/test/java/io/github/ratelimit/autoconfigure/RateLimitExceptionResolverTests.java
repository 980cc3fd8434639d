package io.github.ratelimit.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.MissingKeyException;
import io.github.ratelimit.RateLimitExceededException;
import io.github.ratelimit.web.response.TestAnswers;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.boot.webmvc.autoconfigure.DispatcherServletAutoConfiguration;
import org.springframework.boot.webmvc.autoconfigure.WebMvcAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.mock.web.MockServletContext;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.test.web.servlet.assertj.MockMvcTester;
import org.springframework.test.web.servlet.assertj.MvcTestResult;
import org.springframework.web.bind.annotation.ControllerAdvice;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.context.WebApplicationContext;
import org.springframework.web.context.support.AnnotationConfigWebApplicationContext;
import org.springframework.web.servlet.HandlerExceptionResolver;
import org.springframework.web.servlet.ModelAndView;
import org.springframework.web.servlet.mvc.method.annotation.ResponseEntityExceptionHandler;

class RateLimitExceptionResolverTests {

	private ConfigurableApplicationContext context;

	@AfterEach
	void stop() {
		this.context.close();
	}

	@Test
	void aRefusalInAControllerIsAnsweredLikeARefusalByTheFilter() {
		MvcTestResult result = get("/refused");
		assertRefused(result);
		assertThat(result).headers().hasValue("X-RateLimit-Limit", "10").hasValue("Cache-Control", "no-store");
		assertThat(result).bodyJson().extractingPath("$.type").asString().endsWith("#quota-exceeded");
	}

	@Test
	void aMissingKeyIsA403() {
		assertThat(get("/missing")).hasStatus(403).body().asString().contains("\"status\":403");
	}

	@Test
	void refusalsInAsynchronousResultsAreResolved() {
		assertRefused(get("/future"));
		assertRefused(get("/callable"));
		assertRefused(get("/completion-exception"));
	}

	@Test
	void outputOfTheHandlerIsReplaced() throws Exception {
		this.context = new SpringApplicationBuilder(Served.class)
			.properties("server.port=0", "server.address=localhost", "spring.main.banner-mode=off")
			.run();
		int port = ((WebServerApplicationContext) this.context).getWebServer().getPort();
		HttpResponse<String> response = HttpClient.newHttpClient()
			.send(HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/written")).build(),
					HttpResponse.BodyHandlers.ofString());
		assertThat(response.statusCode()).isEqualTo(429);
		assertThat(response.headers().firstValue("Content-Type"))
			.hasValueSatisfying((type) -> assertThat(type).startsWith("application/problem+json"));
		assertThat(response.body()).startsWith("{").endsWith("}").contains("quota-exceeded");
	}

	@Test
	void otherExceptionsAreNotResolved() {
		assertThat(get("/other", CatchAll.class)).hasStatus(500).bodyText().isEqualTo("caught all");
		assertThat(get("/wrapped-by-the-application", CatchAll.class)).hasStatus(500);
	}

	@Test
	void anAdviceForEveryExceptionDoesNotHandleARefusal() {
		assertRefused(get("/refused", CatchAll.class));
		assertRefused(get("/future", CatchAll.class));
		assertThat(get("/missing", CatchAll.class)).hasStatus(403);
	}

	@Test
	void anAdviceForRuntimeExceptionsDoesNotHandleARefusal() {
		assertRefused(get("/refused", CatchRuntime.class));
	}

	@Test
	void springsOwnAdviceBaseClassDoesNotHandleARefusal() {
		assertRefused(get("/refused", Problems.class));
	}

	@Test
	void aControllersHandlerForEveryExceptionDoesNotHandleARefusal() {
		assertRefused(get("/catching", CatchingController.class));
	}

	@Test
	void aResolverBeanOfTheApplicationDoesNotResolveARefusal() {
		assertRefused(get("/refused", CatchAllResolver.class));
	}

	@Test
	void anAdviceForExactlyTheRefusalTakesPrecedence() {
		MvcTestResult result = get("/refused", Exact.class);
		assertTheirs(result);
		assertThat(result).headers().hasValue("X-Theirs", "yes").doesNotContainHeader("Retry-After");
	}

	@Test
	void anAdviceForExactlyTheRefusalTakesPrecedenceOverOneForEveryException() {
		assertTheirs(get("/refused", CatchAll.class, Exact.class));
		assertTheirs(get("/future", CatchAll.class, Exact.class));
		assertTheirs(get("/completion-exception", CatchAll.class, Exact.class));
		assertTheirs(get("/catching", CatchingController.class, CatchAll.class, Exact.class));
		assertThat(get("/other", CatchAll.class, Exact.class)).hasStatus(500);
	}

	@Test
	void aHandlerForTheRefusalAndOtherExceptionsTakesPrecedence() {
		assertThat(get("/refused", CatchAll.class, Several.class)).hasStatus(420);
	}

	@Test
	void aControllersHandlerForExactlyTheRefusalTakesPrecedence() {
		assertTheirs(get("/exact", ExactController.class, CatchAll.class));
	}

	@Test
	void anAdviceForOtherControllersDoesNotHandleARefusal() {
		assertRefused(get("/refused", ElsewhereExact.class));
	}

	@Test
	void anExactHandlerThatFailsIsReplacedByTheDefaultAnswer() {
		assertRefused(get("/refused", FailingExact.class));
	}

	@Test
	void aCommittedResponseIsNotChanged() {
		MvcTestResult result = get("/committed");
		assertThat(result).hasFailed().failure().hasRootCauseInstanceOf(RateLimitExceededException.class);
	}

	private static void assertRefused(MvcTestResult result) {
		assertThat(result).hasStatus(429).hasContentType("application/problem+json");
		assertThat(result).headers().hasValue("Retry-After", "6");
	}

	private static void assertTheirs(MvcTestResult result) {
		assertThat(result).hasStatus(420).bodyText().isEqualTo("theirs: true");
	}

	private MvcTestResult get(String path, Class<?>... application) {
		start(application);
		return MockMvcTester.from((WebApplicationContext) this.context).get().uri(path).exchange();
	}

	private void start(Class<?>... application) {
		if (this.context != null) {
			this.context.close();
		}
		AnnotationConfigWebApplicationContext created = new AnnotationConfigWebApplicationContext();
		created.setServletContext(new MockServletContext());
		created.register(Base.class);
		if (application.length > 0) {
			created.register(application);
		}
		created.refresh();
		this.context = created;
	}

	private static RateLimitExceededException refusal() {
		return new RateLimitExceededException(TestAnswers.refusal());
	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ DispatcherServletAutoConfiguration.class, WebMvcAutoConfiguration.class,
			RateLimitAutoConfiguration.class, RateLimitWebAutoConfiguration.class })
	@Import(Controller.class)
	static class Base {

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import(Base.class)
	static class Served {

		@Bean
		SecurityFilterChain security(HttpSecurity http) throws Exception {
			return http.authorizeHttpRequests((requests) -> requests.anyRequest().permitAll()).build();
		}

	}

	@RestController
	static class Controller {

		@GetMapping("/refused")
		String refused() {
			throw refusal();
		}

		@GetMapping("/missing")
		String missing() {
			throw new MissingKeyException("chat", "None.");
		}

		@GetMapping("/future")
		CompletableFuture<String> future() {
			return CompletableFuture.failedFuture(refusal());
		}

		@GetMapping("/callable")
		Callable<String> callable() {
			return () -> {
				throw new ExecutionException(refusal());
			};
		}

		@GetMapping("/completion-exception")
		String completionException() {
			throw new CompletionException(new ExecutionException(refusal()));
		}

		@GetMapping("/written")
		void written(HttpServletResponse response) throws IOException {
			response.setContentType("text/html");
			response.getWriter().write("half an answer");
			throw refusal();
		}

		@GetMapping("/committed")
		void committed(HttpServletResponse response) throws IOException {
			response.flushBuffer();
			throw refusal();
		}

		@GetMapping("/other")
		String other() {
			throw new IllegalStateException("other");
		}

		@GetMapping("/wrapped-by-the-application")
		String wrapped() {
			throw new IllegalStateException("wrapped", refusal());
		}

	}

	@RestController
	static class CatchingController {

		@GetMapping("/catching")
		String refused() {
			throw refusal();
		}

		@ExceptionHandler
		@ResponseStatus(HttpStatus.INTERNAL_SERVER_ERROR)
		String all(Exception ex) {
			return "caught all";
		}

	}

	@RestController
	static class ExactController {

		@GetMapping("/exact")
		String refused() {
			throw refusal();
		}

		@ExceptionHandler
		ResponseEntity<String> exact(RateLimitExceededException ex) {
			return ResponseEntity.status(420).body("theirs: " + !ex.decision().isAllowed());
		}

		@ExceptionHandler
		@ResponseStatus(HttpStatus.INTERNAL_SERVER_ERROR)
		String all(Exception ex) {
			return "caught all";
		}

	}

	@RestControllerAdvice
	@Order(Ordered.HIGHEST_PRECEDENCE)
	static class CatchAll {

		@ExceptionHandler(Exception.class)
		@ResponseStatus(HttpStatus.INTERNAL_SERVER_ERROR)
		String all() {
			return "caught all";
		}

	}

	@RestControllerAdvice
	static class CatchRuntime {

		@ExceptionHandler(RuntimeException.class)
		@ResponseStatus(HttpStatus.INTERNAL_SERVER_ERROR)
		String all() {
			return "caught all";
		}

	}

	@ControllerAdvice
	static class Problems extends ResponseEntityExceptionHandler {

		@ExceptionHandler(Throwable.class)
		ResponseEntity<Object> all() {
			return ResponseEntity.internalServerError().build();
		}

	}

	@RestControllerAdvice
	static class Exact {

		@ExceptionHandler
		ResponseEntity<String> exact(RateLimitExceededException ex, HttpServletRequest request) {
			return ResponseEntity.status(420)
				.header("X-Theirs", "yes")
				.body("theirs: " + (request != null && !ex.decision().isAllowed()));
		}

	}

	@RestControllerAdvice
	static class Several {

		@ExceptionHandler({ IllegalStateException.class, RateLimitExceededException.class })
		@ResponseStatus(HttpStatus.INTERNAL_SERVER_ERROR)
		ResponseEntity<String> several(RuntimeException ex) {
			return ResponseEntity.status(420).body("theirs");
		}

	}

	@RestControllerAdvice(assignableTypes = ExactController.class)
	static class ElsewhereExact extends Exact {

	}

	@RestControllerAdvice
	static class FailingExact {

		@ExceptionHandler(RateLimitExceededException.class)
		String exact() {
			throw new IllegalStateException("the handler fails");
		}

	}

	static class CatchAllResolver implements HandlerExceptionResolver {

		@Override
		public ModelAndView resolveException(HttpServletRequest request, HttpServletResponse response, Object handler,
				Exception ex) {
			response.setStatus(500);
			return new ModelAndView();
		}

	}

}
