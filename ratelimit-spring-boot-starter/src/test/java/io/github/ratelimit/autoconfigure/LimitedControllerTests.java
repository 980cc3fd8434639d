package io.github.ratelimit.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.ratelimit.Key;
import io.github.ratelimit.Permit;
import io.github.ratelimit.PermitRequest;
import io.github.ratelimit.RateLimited;
import io.github.ratelimit.RateLimiter;
import io.github.ratelimit.client.ClientLimiters;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.bind.annotation.RestControllerAdvice;

/** Annotated controllers over a real port, together with a rule of the filter. */
class LimitedControllerTests {

	private final HttpClient client = HttpClient.newHttpClient();

	private ConfigurableApplicationContext context;

	@BeforeEach
	void start() {
		this.context = new SpringApplication(Application.class, Controller.class, HandlesEverything.class).run(
				"--server.port=0", "--ratelimit.limits.chat.rate=2/min", "--ratelimit.limits.chat.key=ip",
				"--ratelimit.limits.paced.rate=5/s", "--ratelimit.limits.paced.max-wait=30s",
				"--ratelimit.limits.paced.key=ip", "--ratelimit.http.rules[0].path=/ruled",
				"--ratelimit.http.rules[0].limits=chat", "--ratelimit.clients.model.dialect=none",
				"--ratelimit.clients.model.max-concurrent=1", "--ratelimit.clients.model.requests=1000/s",
				"--ratelimit.clients.model.max-wait=10ms");
	}

	@AfterEach
	void stop() {
		this.context.close();
	}

	@Test
	void aRefusedCallIsAnsweredLikeARefusedRequest() throws Exception {
		assertThat(get("/now").statusCode()).isEqualTo(200);
		assertThat(get("/now").statusCode()).isEqualTo(200);
		assertRefused(get("/now"));
	}

	@Test
	void aRefusedFutureIsAnsweredLikeARefusedRequest() throws Exception {
		assertThat(get("/later").body()).isEqualTo("later");
		assertThat(get("/later").statusCode()).isEqualTo(200);
		assertRefused(get("/later"));
	}

	@Test
	void anAllowedCallHasTheHeadersOfItsLimit() throws Exception {
		assertThat(get("/now").headers().firstValue("X-RateLimit-Remaining")).hasValue("1");
		assertThat(get("/later").headers().firstValue("X-RateLimit-Remaining")).hasValue("0");
	}

	@Test
	void aCallThatHasWaitedWithoutAThreadHasTheHeadersOfItsLimit() throws Exception {
		for (int i = 0; i < 3; i++) {
			HttpResponse<String> response = get("/paced");
			assertThat(response.body()).isEqualTo("paced");
			assertThat(response.headers().firstValue("X-RateLimit-Limit")).as("call %d", i).isPresent();
		}
	}

	@Test
	void theChargeOfTheRuleCoversTheMethod() throws Exception {
		assertThat(get("/ruled").statusCode()).isEqualTo(200);
		assertThat(get("/ruled").statusCode()).isEqualTo(200);
		assertRefused(get("/ruled"));
	}

	@Test
	void aRequestHoldsThePermitsOfAClientUntilItsResponseIsComplete() throws Exception {
		for (int i = 0; i < 3; i++) {
			assertThat(get("/model").body()).isEqualTo("1 in flight");
			await().until(() -> inFlight(this.context.getBean(ClientLimiters.class)) == 0);
		}
	}

	@Test
	void aRefusalOfAClientIsAnsweredWithoutTheNameOfTheClient() throws Exception {
		try (Permit permit = this.context.getBean(RateLimiter.class)
			.tryAcquire(List.of(new PermitRequest("model", Key.GLOBAL, 1)))
			.permit()) {
			HttpResponse<String> response = get("/model");
			assertThat(response.statusCode()).isEqualTo(429);
			assertThat(response.headers().firstValueAsLong("Retry-After").orElseThrow()).isEqualTo(1);
			assertThat(response.headers().map()).doesNotContainKey("x-ratelimit-remaining");
			assertThat(response.body()).doesNotContain("model\"");
		}
		assertThat(get("/model").statusCode()).isEqualTo(200);
	}

	private static int inFlight(ClientLimiters clients) {
		return clients.get("model")
			.accounts()
			.stream()
			.mapToInt((account) -> account.governor().state().inFlight())
			.sum();
	}

	private static void assertRefused(HttpResponse<String> response) {
		assertThat(response.statusCode()).isEqualTo(429);
		assertThat(response.headers().firstValueAsLong("Retry-After").orElseThrow()).isBetween(1L, 30L);
		assertThat(response.headers().firstValue("X-RateLimit-Remaining")).hasValue("0");
		assertThat(response.headers().firstValue("Content-Type")).hasValue("application/problem+json");
		assertThat(response.body()).contains("violated-policies");
	}

	private HttpResponse<String> get(String path) throws IOException, InterruptedException {
		String port = this.context.getEnvironment().getRequiredProperty("local.server.port");
		return this.client.send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).build(),
				HttpResponse.BodyHandlers.ofString());
	}

	@EnableAutoConfiguration
	static class Application {

		@Bean
		SecurityFilterChain everybodyMay(HttpSecurity http) {
			return http.authorizeHttpRequests((requests) -> requests.anyRequest().permitAll()).build();
		}

	}

	@RestController
	static class Controller {

		private final ClientLimiters clients;

		Controller(ClientLimiters clients) {
			this.clients = clients;
		}

		@GetMapping("/model")
		@RateLimited("model")
		public String model() {
			return inFlight(this.clients) + " in flight";
		}

		@GetMapping("/now")
		@RateLimited("chat")
		public String now() {
			return "now";
		}

		@GetMapping("/later")
		@RateLimited("chat")
		public CompletableFuture<String> later() {
			return CompletableFuture.completedFuture("later");
		}

		@GetMapping("/paced")
		@RateLimited("paced")
		public CompletableFuture<String> paced() {
			return CompletableFuture.completedFuture("paced");
		}

		@GetMapping("/ruled")
		@RateLimited("chat")
		public String ruled() {
			return "ruled";
		}

	}

	@RestControllerAdvice
	static class HandlesEverything {

		@ExceptionHandler(Exception.class)
		public String handle() {
			return "handled as any exception";
		}

	}

}
