package io.github.ratelimit.web.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.ratelimit.ManualTime;
import io.github.ratelimit.OneWebServer;
import io.github.ratelimit.RateLimited;
import io.github.ratelimit.client.ClientLimiters;
import io.github.ratelimit.client.LocalProvider;
import io.github.ratelimit.governor.CallRefusedException;
import io.github.ratelimit.web.server.RunningServer.Answer;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Component;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.client.RestClient;

/**
 * Calls to a provider that are queued leave threads of the application to other requests.
 */
@Tag("version-independent")
class QueuedClientCallsTests {

	private final ExecutorService callers = Executors.newCachedThreadPool((task) -> {
		Thread thread = new Thread(task, "caller");
		thread.setDaemon(true);
		return thread;
	});

	private final List<Answer> answers = new CopyOnWriteArrayList<>();

	private LocalProvider provider;

	@BeforeEach
	void start() throws IOException {
		this.provider = new LocalProvider(LocalProvider.json("{}"));
	}

	@AfterEach
	void stop() {
		this.callers.shutdownNow();
		this.provider.close();
	}

	@ParameterizedTest
	@ValueSource(strings = { "tomcat", "jetty" })
	void otherRequestsAreServedWhileTheShareOfWaitingThreadsIsFull(String webServer) throws Exception {
		try (RunningServer server = server(OneWebServer.PROPERTY + "=" + webServer)) {
			call(server, "/ask", "ann", 20);
			await().until(() -> this.answers.size() == 18);
			call(server, "/ask", "bob", 20);
			await().until(() -> this.answers.size() == 37);
			call(server, "/ask", "carl", 20);
			await().until(() -> this.answers.size() == 56);

			for (int i = 0; i < 20; i++) {
				assertThat(server.get("/v1/facts").status()).as("while calls are queued").isEqualTo(200);
			}
			assertThat(waiting(server)).as("a quarter of 16 threads").isEqualTo(4);
			assertThat(this.answers).filteredOn((answer) -> answer.status() == 200)
				.as("one call of each caller is not queued")
				.hasSize(3);
			assertThat(this.answers).filteredOn((answer) -> answer.status() != 200)
				.hasSize(53)
				.allSatisfy((answer) -> assertThat(answer.status()).isEqualTo(503))
				.extracting(Answer::body)
				.contains("THREADS_HELD after 180 s", "THREADS_HELD after 120 s")
				.allSatisfy((body) -> assertThat(body).startsWith("THREADS_HELD after "));

			advanceUntilAnswered(server, 60);
			assertThat(this.answers).filteredOn((answer) -> answer.status() == 200).hasSize(7);

			call(server, "/ask", "ann", 20);
			await().until(() -> this.answers.size() == 78);
			assertThat(waiting(server)).as("the threads were given back").isEqualTo(2);
		}
	}

	@Test
	void requestsThatWaitForALimitHoldTheSameShare() throws Exception {
		try (RunningServer server = server("ratelimit.limits.slow.rate=1/min", "ratelimit.limits.slow.max-wait=60m",
				"ratelimit.limits.slow.key=header('X-Caller')", "ratelimit.http.rules[0].path=/v1/chat",
				"ratelimit.http.rules[0].limits=slow")) {
			for (String caller : List.of("ann", "bob", "carl")) {
				assertThat(server.get("/v1/chat", "X-Caller: " + caller).status()).isEqualTo(200);
				int waiting = caller.equals("ann") ? 2 : 1;
				int answered = this.answers.size() + 5 - waiting;
				call(server, "/v1/chat", caller, 5);
				await().until(() -> this.answers.size() == answered);
			}

			assertThat(server.get("/ask", "X-Caller: dora").status()).isEqualTo(200);
			Answer refused = server.get("/ask", "X-Caller: dora");
			assertThat(refused.status()).isEqualTo(503);
			assertThat(refused.body()).isEqualTo("THREADS_HELD after 60 s");
		}
	}

	@Test
	void aMethodThatWaitsForAClientHoldsAThreadOfTheShare() throws Exception {
		try (RunningServer server = server()) {
			call(server, "/limited", "ann", 20);
			await().until(() -> this.answers.size() == 18);
			assertThat(server.get("/v1/facts").status()).isEqualTo(200);
			assertThat(waiting(server)).isEqualTo(2);
			assertThat(this.answers).filteredOn((answer) -> answer.status() != 200)
				.hasSize(17)
				.allSatisfy((answer) -> assertThat(answer.status()).isEqualTo(429))
				.allSatisfy((answer) -> assertThat(answer.header("Retry-After")).isIn("60", "120", "180"));
		}
	}

	@Test
	void threadsThatServeNoRequestAreNotBounded() throws Exception {
		try (RunningServer server = server("spring.task.execution.pool.core-size=10")) {
			call(server, "/ask-later", "ann", 10);
			await().until(() -> waiting(server) == 9);
			RestClient rest = server.bean(RestClient.class);
			for (int i = 0; i < 10; i++) {
				this.callers.submit(() -> Asking.ask(rest, "bob"));
			}
			await().until(() -> waiting(server) == 18);
			assertThat(server.get("/v1/facts").status()).isEqualTo(200);
			advanceUntilAnswered(server, 10);
			assertThat(this.answers).allSatisfy((answer) -> assertThat(answer.status()).isEqualTo(200));
		}
	}

	@Test
	@EnabledForJreRange(min = JRE.JAVA_21, disabledReason = "This Java has no virtual threads")
	void virtualThreadsAreNotBounded() throws Exception {
		try (RunningServer server = server("spring.threads.virtual.enabled=true")) {
			call(server, "/ask", "ann", 20);
			await().until(() -> waiting(server) == 19);
			assertThat(server.get("/v1/facts").status()).isEqualTo(200);
			assertThat(this.answers).allSatisfy((answer) -> assertThat(answer.status()).isEqualTo(200));
		}
	}

	private RunningServer server(String... more) {
		List<String> properties = new ArrayList<>(List.of("server.tomcat.threads.max=16", "server.jetty.threads.max=16",
				"provider=" + this.provider.url(), "ratelimit.clients.openai.match=" + this.provider.url() + "/**",
				"ratelimit.clients.openai.dialect=none", "ratelimit.clients.openai.key=credential",
				"ratelimit.clients.openai.requests=1/min", "ratelimit.clients.openai.reserve=0%",
				"ratelimit.clients.openai.max-wait=60m"));
		properties.addAll(List.of(more));
		return RunningServer.withoutSecurity(Asking.class, properties.toArray(String[]::new));
	}

	private static int waiting(RunningServer server) {
		return server.bean(ClientLimiters.class)
			.get("openai")
			.accounts()
			.stream()
			.mapToInt((account) -> account.governor().state().waiting())
			.sum();
	}

	/** What wakes queued calls runs in threads of its own. */
	private void advanceUntilAnswered(RunningServer server, int number) {
		server.bean(ManualTime.class).advanceUntil(Duration.ofMinutes(1), () -> this.answers.size() >= number);
		assertThat(this.answers).hasSize(number);
	}

	private void call(RunningServer server, String path, String caller, int times) {
		for (int i = 0; i < times; i++) {
			this.callers.submit(() -> this.answers.add(server.get(path, "X-Caller: " + caller)));
		}
	}

	@Configuration(proxyBeanMethods = false)
	@Import({ Asking.Handlers.class, Asking.Limited.class })
	static class Asking {

		@Bean
		RestClient provider(RestClient.Builder builder, @Value("${provider}") String url) {
			return builder.baseUrl(url).build();
		}

		static String ask(RestClient provider, String caller) {
			return provider.get()
				.uri("/v1/models")
				.header("Authorization", "Bearer " + caller)
				.retrieve()
				.body(String.class);
		}

		@Component
		static class Limited {

			@RateLimited("openai")
			public String call() {
				return "called";
			}

		}

		@RestController
		static class Handlers {

			private final RestClient provider;

			private final Limited limited;

			Handlers(RestClient provider, Limited limited) {
				this.provider = provider;
				this.limited = limited;
			}

			@GetMapping("/ask")
			String ask(@RequestHeader("X-Caller") String caller) {
				return Asking.ask(this.provider, caller);
			}

			@GetMapping("/ask-later")
			Callable<String> askLater(@RequestHeader("X-Caller") String caller) {
				return () -> Asking.ask(this.provider, caller);
			}

			@GetMapping("/limited")
			String limited() {
				return this.limited.call();
			}

			@ExceptionHandler
			ResponseEntity<String> refused(CallRefusedException refusal) {
				return ResponseEntity.status(HttpStatus.SERVICE_UNAVAILABLE)
					.body(refusal.reason() + " after " + refusal.retryAfter().toSeconds() + " s");
			}

		}

	}

}
