package io.github.ratelimit.web.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.ratelimit.ManualTime;
import io.github.ratelimit.TestThreads;
import io.github.ratelimit.web.server.LastingRequests.Model;
import io.github.ratelimit.web.server.RunningServer.Answer;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A login counts failed attempts by the status of the response. */
@TestInstance(Lifecycle.PER_CLASS)
class LoginTests {

	private final RunningServer server = RunningServer.withoutSecurity(LastingRequests.class,
			"ratelimit.limits.login.rate=5/15min", "ratelimit.limits.login.key=header('X-Caller')",
			"ratelimit.limits.login.count-when=status == 401", "ratelimit.http.rules[0].path=/life/login",
			"ratelimit.http.rules[0].limits=login", "ratelimit.http.rules[1].path=/life/page",
			"ratelimit.http.rules[1].limits=login", "ratelimit.limits.one.max-concurrent=1",
			"ratelimit.limits.one.key=ip", "ratelimit.limits.tokens.rate=100/d", "ratelimit.limits.tokens.key=ip",
			"ratelimit.limits.tokens.cost=1");

	private int caller;

	@BeforeEach
	void anotherCaller() {
		this.caller++;
	}

	@AfterAll
	void stop() {
		this.server.close();
	}

	@Test
	void aSuccessfulLoginIsNotCounted() throws IOException {
		for (int i = 0; i < 50; i++) {
			assertThat(login("alice")).isEqualTo(200);
		}
		for (int i = 0; i < 20; i++) {
			assertThat(login("failure")).isEqualTo(500);
		}
		assertThat(login("alice")).isEqualTo(200);
	}

	@ParameterizedTest
	@ValueSource(strings = { "status", "exception", "error", "later", "advised" })
	void aFailedLoginIsCountedOnceHoweverItsResponseIsProduced(String failure) throws IOException {
		for (int i = 0; i < 5; i++) {
			assertThat(login("alice")).isEqualTo(200);
			assertThat(login(failure)).isEqualTo(401);
		}
		await().until(() -> login("alice") == 429);
		assertThat(login(failure)).isEqualTo(429);
		this.server.bean(ManualTime.class).advance(Duration.ofMinutes(3));
		assertThat(login("alice")).isEqualTo(200);
		assertThat(login(failure)).isEqualTo(401);
		await().until(() -> login("alice") == 429);
	}

	/** Java writes no text in this charset: the response becomes 500. */
	@ParameterizedTest
	@ValueSource(strings = { "status", "alice" })
	void aLoginWhoseClientAsksForAnImpossibleCharsetIsCounted(String as) throws IOException {
		for (int i = 0; i < 5; i++) {
			assertThat(this.server
				.get("/life/login?as=" + as, "X-Caller: " + this.caller, "Accept: text/plain;charset=ISO-2022-CN")
				.status()).isEqualTo(500);
		}
		await().until(() -> login("alice") == 429);
	}

	@ParameterizedTest
	@ValueSource(strings = { "/life/login?as=advised", "/life/page?as=bob", "/life/page?as=alice" })
	void aLoginWhoseClientAcceptsNoAnswerIsCounted(String path) throws IOException {
		for (int i = 0; i < 5; i++) {
			assertThat(this.server.get(path, "X-Caller: " + this.caller, "Accept: image/png").status()).isEqualTo(500);
		}
		await().until(() -> login("alice") == 429);
	}

	@Test
	void noMoreCallsAreUndecidedAtOnceThanThereArePermits() throws Exception {
		Model model = this.server.bean(Model.class);
		model.gate = new CountDownLatch(1);
		AtomicInteger refused = new AtomicInteger();
		AtomicInteger failed = new AtomicInteger();
		TestThreads.run(101, (thread) -> {
			if (thread == 100) {
				await().until(() -> refused.get() == 95);
				assertThat(model.running).hasValue(5);
				model.gate.countDown();
				return;
			}
			Answer answer = this.server.get("/life/login?as=status", "X-Caller: " + this.caller);
			if (answer.status() == 429) {
				assertThat(answer.header("Retry-After")).as("the others may still succeed").isEqualTo("1");
				refused.incrementAndGet();
			}
			else {
				assertThat(answer.status()).isEqualTo(401);
				failed.incrementAndGet();
			}
		});
		assertThat(failed).hasValue(5);
		await().until(() -> "180"
			.equals(this.server.get("/life/login?as=alice", "X-Caller: " + this.caller).header("Retry-After")));
		this.server.bean(ManualTime.class).advance(Duration.ofMinutes(3).minusMillis(1));
		assertThat(login("alice")).isEqualTo(429);
		this.server.bean(ManualTime.class).advance(Duration.ofMillis(1));
		await().until(() -> login("alice") == 200);
	}

	@Test
	void aSuccessfulLoginMakesRoomForTheNext() throws Exception {
		Model model = this.server.bean(Model.class);
		model.gate = new CountDownLatch(1);
		AtomicInteger refused = new AtomicInteger();
		TestThreads.run(8, (thread) -> {
			if (thread == 7) {
				await().until(() -> refused.get() == 2);
				model.gate.countDown();
			}
			else if (login("alice") == 429) {
				refused.incrementAndGet();
			}
		});
		assertThat(refused).hasValue(2);
		for (int i = 0; i < 5; i++) {
			await().until(() -> login("alice") == 200);
			assertThat(login("status")).isEqualTo(401);
		}
		await().until(() -> login("alice") == 429);
	}

	private int login(String as) throws IOException {
		return this.server.get("/life/login?as=" + as, "X-Caller: " + this.caller).status();
	}

}
