package io.github.ratelimit.web.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.ratelimit.ManualTime;
import io.github.ratelimit.OneWebServer;
import io.github.ratelimit.web.server.RunningServer.Answer;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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

	@AfterEach
	void stop() {
		this.clients.shutdownNow();
	}

	@ParameterizedTest
	@ValueSource(strings = { "tomcat", "jetty" })
	void otherRequestsAreServedWhileTheShareOfWaitingThreadsIsFull(String webServer) throws Exception {
		try (RunningServer server = RunningServer.withoutSecurity(Object.class, with(webServer))) {
			int callers = 0;
			for (String caller : List.of("ann", "bob", "carl", "dora")) {
				call(server, caller, 20);
				callers++;
				int least = 20 * callers - Math.min(4, 2 * callers);
				await().until(() -> this.answers.size() >= least);
			}
			int answered = this.answers.size();
			assertThat(answered).as("some wait").isLessThan(80);
			assertThat(this.answers).filteredOn((answer) -> answer.status() == 200)
				.as("one call of each caller does not wait")
				.hasSize(4);
			assertThat(this.answers).filteredOn((answer) -> answer.status() == 429)
				.hasSize(answered - 4)
				.allSatisfy((answer) -> assertThat(answer.header("Retry-After")).isIn("1", "2"));

			for (int i = 0; i < 20; i++) {
				assertThat(server.get("/v1/facts").status()).as("while calls wait").isEqualTo(200);
			}
			assertThat(this.answers).as("they still wait").hasSize(answered);

			server.bean(ManualTime.class).advance(Duration.ofSeconds(2));
			await().until(() -> this.answers.size() == 80);
			assertThat(this.answers).filteredOn((answer) -> answer.status() == 200).hasSize(4 + 80 - answered);
			server.bean(ManualTime.class).advance(Duration.ofSeconds(1));
			assertThat(server.get("/v1/chat", "X-Caller: ann").status()).as("one interval later").isEqualTo(200);
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
			await().until(() -> {
				server.bean(ManualTime.class).advance(Duration.ofMillis(500));
				return calls.stream().allMatch(CompletableFuture::isDone);
			});
			assertThat(this.answers).hasSize(50).allMatch((answer) -> answer.status() == 200);
		}
	}

	private static String[] with(String webServer, String... more) {
		String[] properties = new String[WAITING.length + 1 + more.length];
		System.arraycopy(WAITING, 0, properties, 0, WAITING.length);
		properties[WAITING.length] = OneWebServer.PROPERTY + "=" + webServer;
		System.arraycopy(more, 0, properties, WAITING.length + 1, more.length);
		return properties;
	}

	private List<CompletableFuture<?>> call(RunningServer server, String caller, int times) {
		List<CompletableFuture<?>> calls = new CopyOnWriteArrayList<>();
		for (int i = 0; i < times; i++) {
			calls.add(CompletableFuture.runAsync(() -> {
				try {
					this.answers.add(server.get("/v1/chat", "X-Caller: " + caller));
				}
				catch (IOException ex) {
					throw new IllegalStateException(ex);
				}
			}, this.clients));
		}
		return calls;
	}

}
