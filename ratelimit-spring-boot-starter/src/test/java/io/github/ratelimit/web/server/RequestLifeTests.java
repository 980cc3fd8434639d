package io.github.ratelimit.web.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.ratelimit.Key;
import io.github.ratelimit.Limit;
import io.github.ratelimit.TestThreads;
import io.github.ratelimit.registry.Handles;
import io.github.ratelimit.registry.LimitRegistry;
import io.github.ratelimit.store.KeyState;
import io.github.ratelimit.store.LimitStore;
import io.github.ratelimit.web.server.LastingRequests.Model;
import io.github.ratelimit.web.server.RunningServer.Answer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.core.ThrowingRunnable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Requests release what they hold and pay their actual cost, however they are answered
 * and however they end.
 */
@TestInstance(Lifecycle.PER_CLASS)
class RequestLifeTests {

	private static final long BUDGET = 1_000_000;

	private static final long SLOTS = 300;

	/** Odd, unlike every sum of tokens that streams of the model have spent. */
	private static final int RESERVED = 11;

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	/** Requests with a known cost, with their status and their payment. */
	private static final List<Outcome> OUTCOMES = List.of(new Outcome("/life/plain", 200, RESERVED),
			new Outcome("/life/plain?actual=3", 200, 3), new Outcome("/life/plain?actual=25", 200, 25),
			new Outcome("/life/plain?actual=0", 200, 0), new Outcome("/life/attribute?usage=42", 200, 42),
			new Outcome("/life/attribute?usage=0", 200, RESERVED),
			new Outcome("/life/attribute?usage=-1", 200, RESERVED), new Outcome("/life/throws", 500, 0),
			new Outcome("/life/throws?spent=4", 500, 4), new Outcome("/life/handled", 503, 0),
			new Outcome("/life/status?status=400", 400, 0), new Outcome("/life/error?status=404", 404, 0),
			new Outcome("/life/nothing", 404, 0), new Outcome("/life/callable", 200, RESERVED),
			new Outcome("/life/callable?fails=true", 500, 0),
			new Outcome("/life/deferred?ends=completes", 200, RESERVED),
			new Outcome("/life/deferred?ends=fails", 500, 0), new Outcome("/life/deferred?ends=refuses", 401, 0),
			new Outcome("/life/deferred?ends=times-out", 503, RESERVED), new Outcome("/life/future", 200, RESERVED),
			new Outcome("/life/future?fails=true", 500, 0), new Outcome("/life/sse?ends=completes", 200, 6),
			new Outcome("/life/sse?ends=settles", 200, 5), new Outcome("/life/sse?ends=silent", 200, RESERVED),
			new Outcome("/life/sse?ends=fails", 200, 6), new Outcome("/life/sse?ends=fails&chunks=0", 500, 0),
			new Outcome("/life/sse?ends=times-out", 200, 6), new Outcome("/life/emitter?ends=completes", 200, 6),
			new Outcome("/life/emitter?ends=settles", 200, 5), new Outcome("/life/emitter?ends=fails", 200, 6),
			new Outcome("/life/body?ends=completes", 200, 6), new Outcome("/life/body?ends=fails", 500, 6),
			new Outcome("/life/flux?ends=completes", 200, 4), new Outcome("/life/flux?ends=fails", 200, 4),
			new Outcome("/life/flux?ends=fails-at-once", 500, 0), new Outcome("/life/mono", 200, 6),
			new Outcome("/life/entity?status=200", 200, RESERVED), new Outcome("/life/entity?status=502", 502, 0),
			new Outcome("/life/servlet?ends=completes", 200, RESERVED),
			new Outcome("/life/servlet?ends=starts-again", 200, RESERVED),
			new Outcome("/life/servlet?ends=times-out", 500, RESERVED), new Outcome("/life/servlet?ends=no", 500, 0));

	private final RunningServer server = RunningServer.withoutSecurity(LastingRequests.class,
			"ratelimit.limits.tokens.rate=" + BUDGET + "/d", "ratelimit.limits.tokens.key=header('X-API-Key')",
			"ratelimit.limits.tokens.cost=" + RESERVED, "ratelimit.limits.tokens.settle=attribute('usage')",
			"ratelimit.limits.slots.max-concurrent=" + SLOTS, "ratelimit.limits.slots.key=header('X-API-Key')",
			"ratelimit.limits.few.max-concurrent=2", "ratelimit.limits.few.key=header('X-API-Key')",
			"ratelimit.limits.one.max-concurrent=1", "ratelimit.limits.one.key=header('X-API-Key')",
			"ratelimit.limits.calls.rate=1000/d", "ratelimit.limits.calls.key=header('X-API-Key')",
			"ratelimit.http.rules[0].path=/life/**", "ratelimit.http.rules[0].limits=slots,tokens,calls",
			"ratelimit.http.rules[1].path=/life/callable", "ratelimit.http.rules[1].limits=few",
			"ratelimit.http.rules[2].path=/life/covered", "ratelimit.http.rules[2].limits=one");

	private String key = "";

	@BeforeEach
	void anotherCaller(TestInfo test) {
		this.key = test.getDisplayName().replaceAll("[^A-Za-z]", "") + System.nanoTime();
	}

	@AfterAll
	void stop() {
		this.server.close();
	}

	static List<Outcome> outcomes() {
		return OUTCOMES;
	}

	@ParameterizedTest
	@MethodSource("outcomes")
	void aRequestPaysItsActualCostAndHoldsNothingAfterwards(Outcome outcome) throws IOException {
		assertThat(get(outcome.path()).status()).isEqualTo(outcome.status());
		eventually("slots", SLOTS);
		eventually("tokens", BUDGET - outcome.paid());
		assertThat(remaining("calls")).isEqualTo(999);
	}

	@ParameterizedTest
	@CsvSource({ "/life/object, Accept: image/png, 406", "/life/file, Range: bytes=100-200, 416",
			"/life/file, 'If-Unmodified-Since: Thu, 01 Jan 2015 00:00:00 GMT', 412",
			"/life/unwritable, Accept: application/json, 500",
			"/life/plain, Accept: text/plain;charset=ISO-2022-CN, 500",
			"/life/future, Accept: text/plain;charset=ISO-2022-CN, 500" })
	void aResultThatCannotBeSentIsPaidFor(String path, String header, int status) throws IOException {
		Answer answer = this.server.get(path, "X-API-Key: " + this.key, header);
		assertThat(answer.status()).isEqualTo(status);
		eventually("slots", SLOTS);
		assertThat(remaining("tokens")).isEqualTo(BUDGET - RESERVED);
	}

	@ParameterizedTest
	@ValueSource(strings = { "/life/sse?ends=endless", "/life/emitter?ends=endless", "/life/body?ends=endless",
			"/life/early" })
	void aStreamOfADisconnectedClientPaysForWhatWasDelivered(String path) throws Exception {
		for (int i = 1; i <= 10; i++) {
			long before = remaining("tokens");
			disconnectInMidStream(path);
			eventually("slots", SLOTS);
			eventually(() -> assertThat(before - remaining("tokens")).isPositive().isEven());
			assertThat(remaining("calls")).isEqualTo(1000 - i);
		}
	}

	@Test
	void aFluxOfADisconnectedClientPaysTheLastUsage() throws Exception {
		disconnectInMidStream("/life/flux?ends=endless");
		eventually("slots", SLOTS);
		eventually("tokens", BUDGET - 7);
	}

	@Test
	void aRefusedRequestHoldsNothingAndASlotIsReleasedWhenItsRequestEnds() throws Exception {
		Model model = this.server.bean(Model.class);
		model.gate = new CountDownLatch(1);
		AtomicInteger answered = new AtomicInteger();
		Thread[] clients = new Thread[2];
		for (int i = 0; i < clients.length; i++) {
			clients[i] = new Thread(() -> answered.addAndGet(status("/life/callable")));
			clients[i].start();
		}
		await().until(() -> model.running.get() == 2);
		assertThat(remaining("few")).isZero();
		assertThat(get("/life/callable").status()).isEqualTo(429);
		assertThat(remaining("slots")).isEqualTo(SLOTS - 2);
		assertThat(remaining("tokens")).isEqualTo(BUDGET - 2 * RESERVED);
		model.gate.countDown();
		for (Thread client : clients) {
			client.join();
		}
		assertThat(answered).hasValue(400);
		eventually("few", 2);
		assertThat(get("/life/callable").status()).isEqualTo(200);
	}

	@Test
	void theSlotOfARequestCoversItsCalls() throws IOException {
		for (int i = 0; i < 3; i++) {
			assertThat(get("/life/covered").status()).isEqualTo(200);
			eventually("one", 1);
		}
	}

	@Test
	void hundredsOfRandomEndingsLoseNoSlotAndAccountForEveryToken() throws Exception {
		List<Outcome> outcomes = OUTCOMES.stream()
			.filter((outcome) -> !outcome.path().contains("callable") && !outcome.path().endsWith("ends=no"))
			.toList();
		AtomicLong paid = new AtomicLong();
		TestThreads.run(8, (thread) -> {
			Random random = new Random(thread);
			for (int i = 0; i < 50; i++) {
				Outcome outcome = outcomes.get(random.nextInt(outcomes.size()));
				assertThat(get(outcome.path()).status()).as(outcome.path()).isEqualTo(outcome.status());
				paid.addAndGet(outcome.paid());
				if (random.nextInt(10) == 0) {
					disconnect("/life/sse?ends=endless", this.key + "leaver");
				}
			}
		});
		eventually("tokens", BUDGET - paid.get());
		eventually("slots", SLOTS);
		assertThat(remaining("calls")).isEqualTo(600);
		eventually(() -> assertThat(remaining("slots", this.key + "leaver")).isEqualTo(SLOTS));
	}

	private void disconnectInMidStream(String path) throws IOException {
		disconnect(path, this.key);
	}

	private void disconnect(String path, String key) throws IOException {
		try (Socket socket = this.server.open("GET", path, "X-API-Key: " + key)) {
			InputStream in = socket.getInputStream();
			assertThat(in.readNBytes(100_000)).hasSize(100_000);
			socket.setSoLinger(true, 0);
		}
	}

	private int status(String path) {
		try {
			return get(path).status();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private Answer get(String path) throws IOException {
		return this.server.get(path, "X-API-Key: " + this.key);
	}

	private void eventually(String limit, long remaining) {
		eventually(() -> assertThat(remaining(limit)).as(limit).isEqualTo(remaining));
	}

	private static void eventually(ThrowingRunnable assertion) {
		await().atMost(PATIENCE).pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(5)).untilAsserted(assertion);
	}

	private long remaining(String limit) {
		return remaining(limit, this.key);
	}

	/** A key that has all its permits again is not stored. */
	private long remaining(String limit, String key) {
		Limit configured = this.server.bean(LimitRegistry.class).get(limit).limit();
		return this.server.bean(LimitStore.class)
			.find(Handles.of(configured), Key.of(key))
			.map(KeyState::remaining)
			.orElse(configured.capacity());
	}

	/**
	 * A request and its result.
	 *
	 * @param path the path
	 * @param status the status of the response
	 * @param paid tokens that it pays
	 */
	record Outcome(String path, int status, long paid) {

	}

}
