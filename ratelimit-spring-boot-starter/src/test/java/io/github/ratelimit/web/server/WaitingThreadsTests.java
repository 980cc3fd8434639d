package io.github.ratelimit.web.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.ratelimit.Decision;
import io.github.ratelimit.ManualTime;
import io.github.ratelimit.OneWebServer;
import io.github.ratelimit.RateLimitExceededException;
import io.github.ratelimit.RateLimited;
import io.github.ratelimit.RateLimiter;
import io.github.ratelimit.web.server.RunningServer.Answer;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.stereotype.Component;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RestController;

/** Waiting calls leave threads of the application to other requests. */
class WaitingThreadsTests {

	private static final String[] WAITING = { "server.tomcat.threads.max=16", "server.jetty.threads.max=16",
			"ratelimit.limits.slow.rate=2/s", "ratelimit.limits.slow.max-wait=60s",
			"ratelimit.limits.slow.key=header('X-Caller')", "ratelimit.http.rules[0].path=/v1/chat",
			"ratelimit.http.rules[0].limits=slow" };

	private final ExecutorService clients = Executors.newCachedThreadPool((task) -> {
		Thread thread = new Thread(task, "client");
		thread.setDaemon(true);
		return thread;
	});

	private final List<Answer> answers = new CopyOnWriteArrayList<>();

	private final List<Thread> waiting = new CopyOnWriteArrayList<>();

	@AfterEach
	void stop() {
		this.clients.shutdownNow();
	}

	@ParameterizedTest
	@ValueSource(strings = { "tomcat", "jetty" })
	void otherRequestsAreServedWhileTheShareOfWaitingThreadsIsFull(String webServer) throws Exception {
		try (RunningServer server = RunningServer.withoutSecurity(Object.class, with(webServer))) {
			int waiting = 0;
			int answered = 0;
			for (String caller : List.of("ann", "bob", "carl", "dora")) {
				callOneAndThen(19, server, "/v1/chat", caller);
				waiting = Math.min(4, waiting + (caller.equals("ann") ? 2 : 1));
				answered += 20;
				int all = answered - waiting;
				await().until(() -> this.answers.size() == all);
			}
			assertThat(this.answers).filteredOn((answer) -> answer.status() == 200)
				.as("one call of each caller does not wait")
				.hasSize(4);
			assertThat(refused()).hasSize(72)
				.allSatisfy((answer) -> assertThat(answer.header("Retry-After")).isIn("1", "2"));

			for (int i = 0; i < 20; i++) {
				assertThat(server.get("/v1/facts").status()).as("while calls wait").isEqualTo(200);
			}
			assertThat(this.answers).as("four still wait").hasSize(76);

			server.bean(ManualTime.class).advanceUntil(Duration.ofMillis(500), () -> this.answers.size() == 80);
			assertThat(this.answers).filteredOn((answer) -> answer.status() == 200).hasSize(8);
			server.bean(ManualTime.class).advance(Duration.ofSeconds(1));
			assertThat(server.get("/v1/chat", "X-Caller: ann").status()).as("one interval later").isEqualTo(200);
		}
	}

	@Test
	void callsOfThreadsThatServeNoRequestTakeNoneFromRequests() throws Exception {
		try (RunningServer server = RunningServer.withoutSecurity(Ways.class, with("tomcat"))) {
			RateLimiter limiter = server.bean(RateLimiter.class);
			Ways.Limited limited = server.bean(Ways.Limited.class);
			assertThat(limiter.acquire("slow", "batch").isAllowed()).isTrue();
			assertThat(limited.call("listener")).isEqualTo("called");
			List<CompletableFuture<Boolean>> background = new ArrayList<>();
			for (int i = 0; i < 5; i++) {
				background.add(inBackground(() -> limiter.acquire("slow", "batch").isAllowed()));
				background.add(inBackground(() -> limited.call("listener").equals("called")));
			}
			await().until(() -> this.waiting.size() == 10
					&& this.waiting.stream().allMatch((thread) -> thread.getState() == Thread.State.WAITING));
			call(server, "/later", "task", 5);
			await().until(() -> !this.answers.isEmpty());

			callOneAndThen(19, server, "/v1/chat", "ann");
			await().until(() -> this.answers.size() >= 1 + 18);
			assertThat(refused()).as("all but one that does not wait, and two that do").hasSize(17);
			assertThat(background).noneMatch(CompletableFuture::isDone);

			server.bean(ManualTime.class)
				.advanceUntil(Duration.ofMillis(500),
						() -> this.answers.size() == 25 && background.stream().allMatch(CompletableFuture::isDone));
			assertThat(background).allMatch(CompletableFuture::join);
			assertThat(refused()).hasSize(17);
		}
	}

	@Test
	void requestsHoldAShareOfTheThreadsWhereverTheyWait() throws Exception {
		try (RunningServer server = RunningServer.withoutSecurity(Ways.class, with("tomcat"))) {
			int answered = 0;
			int refused = 0;
			for (String path : List.of("/v1/chat", "/limited", "/code")) {
				callOneAndThen(19, server, path, path.substring(1));
				int most = answered + 18;
				await().until(() -> this.answers.size() >= most);
				refused += 17;
				assertThat(refused()).as(path).hasSize(refused);
				answered += 20;
				int all = answered;
				server.bean(ManualTime.class).advanceUntil(Duration.ofMillis(500), () -> this.answers.size() == all);
				assertThat(refused()).as(path).hasSize(refused);
			}
		}
	}

	@Test
	@EnabledForJreRange(min = JRE.JAVA_21, disabledReason = "This Java has no virtual threads")
	void onVirtualThreadsAsManyCallsWaitAsConfigured() throws Exception {
		try (RunningServer server = RunningServer.withoutSecurity(Object.class,
				with("tomcat", "spring.threads.virtual.enabled=true"))) {
			List<CompletableFuture<?>> calls = call(server, "ann", 50);
			await().until(() -> !this.answers.isEmpty());
			assertThat(server.get("/v1/facts").status()).isEqualTo(200);
			server.bean(ManualTime.class)
				.advanceUntil(Duration.ofMillis(500), () -> calls.stream().allMatch(CompletableFuture::isDone));
			assertThat(this.answers).hasSize(50).allMatch((answer) -> answer.status() == 200);
		}
	}

	private List<Answer> refused() {
		return this.answers.stream().filter((answer) -> answer.status() == 429).toList();
	}

	private CompletableFuture<Boolean> inBackground(BooleanSupplier call) {
		return CompletableFuture.supplyAsync(() -> {
			this.waiting.add(Thread.currentThread());
			return call.getAsBoolean();
		}, this.clients);
	}

	private static String[] with(String webServer, String... more) {
		String[] properties = new String[WAITING.length + 1 + more.length];
		System.arraycopy(WAITING, 0, properties, 0, WAITING.length);
		properties[WAITING.length] = OneWebServer.PROPERTY + "=" + webServer;
		System.arraycopy(more, 0, properties, WAITING.length + 1, more.length);
		return properties;
	}

	private List<CompletableFuture<?>> call(RunningServer server, String caller, int times) {
		return call(server, "/v1/chat", caller, times);
	}

	/** The first call needs not wait, but counts as waiting until its decision. */
	private void callOneAndThen(int others, RunningServer server, String path, String caller) {
		call(server, path, caller, 1).forEach(CompletableFuture::join);
		call(server, path, caller, others);
	}

	private List<CompletableFuture<?>> call(RunningServer server, String path, String caller, int times) {
		List<CompletableFuture<?>> calls = new CopyOnWriteArrayList<>();
		for (int i = 0; i < times; i++) {
			calls.add(CompletableFuture.runAsync(() -> {
				try {
					this.answers.add(server.get(path, "X-Caller: " + caller));
				}
				catch (IOException ex) {
					throw new IllegalStateException(ex);
				}
			}, this.clients));
		}
		return calls;
	}

	@Configuration(proxyBeanMethods = false)
	@Import({ Ways.Limited.class, Ways.Handlers.class })
	static class Ways {

		@Component
		static class Limited {

			@RateLimited(value = "slow", key = "#caller")
			public String call(String caller) {
				return "called";
			}

		}

		@RestController
		static class Handlers {

			private final Limited limited;

			private final RateLimiter limiter;

			Handlers(Limited limited, RateLimiter limiter) {
				this.limited = limited;
				this.limiter = limiter;
			}

			@GetMapping("/limited")
			String limited(@RequestHeader("X-Caller") String caller) {
				return this.limited.call(caller);
			}

			@GetMapping("/later")
			Callable<String> later(@RequestHeader("X-Caller") String caller) {
				return () -> this.limited.call(caller);
			}

			@GetMapping("/code")
			String inCode(@RequestHeader("X-Caller") String caller) {
				Decision decision = this.limiter.acquire("slow", caller);
				if (!decision.isAllowed()) {
					throw new RateLimitExceededException(decision);
				}
				return "called";
			}

		}

	}

}
