package io.github.ratelimit.web.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.TestThreads;
import io.github.ratelimit.store.LimitStore;
import io.github.ratelimit.store.redis.server.FaultyProxy;
import io.github.ratelimit.store.redis.server.Polling;
import io.github.ratelimit.store.redis.server.RedisServer;
import io.github.ratelimit.web.server.RunningServer.Answer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Requests while the shared Redis is killed and restarts. */
@Tag("version-independent")
@Tag("redis")
class RedisOutageTests {

	private final RedisServer redis = RedisServer.start();

	@AfterEach
	void stop() {
		this.redis.close();
	}

	@Test
	void killingRedisUnderLoadNeitherFailsNorLosesARequest() throws Exception {
		try (RunningServer server = start("local", "1000000/s")) {
			assertThat(server.get("/v1/chat").status()).isEqualTo(200);
			Map<Integer, AtomicInteger> statuses = new ConcurrentHashMap<>();
			AtomicInteger sent = new AtomicInteger();
			TestThreads.run(6, (thread) -> {
				for (int i = 0; i < 250; i++) {
					int number = sent.incrementAndGet();
					if (number == 400) {
						this.redis.kill();
					}
					if (number == 1100) {
						this.redis.startAgain();
					}
					statuses.computeIfAbsent(server.get("/v1/chat").status(), (status) -> new AtomicInteger())
						.incrementAndGet();
				}
			});

			assertThat(statuses).containsOnlyKeys(200);
			assertThat(statuses.get(200)).hasValue(1500);
			assertThat(server.reached()).isEqualTo(1501);
			assertThat(server.degraded("chat")).isPositive();
			assertThat(server.allowed("chat") + server.degraded("chat")).isEqualTo(1501);
			awaitStatus(server, "up");
			long degraded = server.degraded("chat");
			assertThat(server.get("/v1/chat").status()).isEqualTo(200);
			assertThat(server.degraded("chat")).isEqualTo(degraded);
		}
	}

	@Test
	void aLimitContinuesInMemoryFromTheStateInRedis() throws Exception {
		try (RunningServer server = start("local", "10/d")) {
			for (int i = 0; i < 7; i++) {
				assertThat(server.get("/v1/chat").status()).isEqualTo(200);
			}
			this.redis.kill();
			int allowed = 0;
			for (int i = 0; i < 10; i++) {
				allowed += (server.get("/v1/chat").status() == 200) ? 1 : 0;
			}

			assertThat(allowed).isEqualTo(3);
			assertThat(server.get("/v1/chat").status()).isEqualTo(429);
		}
	}

	@Test
	void aLimitThatDeniesAnswers503() throws Exception {
		try (RunningServer server = start("deny", "10/d")) {
			assertThat(server.get("/v1/chat").status()).isEqualTo(200);
			this.redis.kill();

			Answer denied = server.get("/v1/chat");
			for (int i = 0; i < 8 && denied.status() != 503; i++) {
				// late calls follow the last state, which allows nine more
				denied = server.get("/v1/chat");
			}

			assertThat(denied.status()).isEqualTo(503);
			assertThat(denied.header("Retry-After")).isEqualTo("1");
			assertThat(denied.body()).contains("temporary-reduced-capacity");
			assertThat(denied.header("X-RateLimit-Remaining")).isNull();
		}
	}

	@Test
	void aLimitThatAllowsHasNoFigures() throws Exception {
		try (RunningServer server = start("allow", "1/d")) {
			assertThat(server.get("/v1/chat").status()).isEqualTo(200);
			this.redis.kill();

			Answer allowed = server.get("/v1/chat", "X-API-Key: another");

			assertThat(allowed.status()).isEqualTo(200);
			assertThat(allowed.header("X-RateLimit-Remaining")).isNull();
			assertThat(server.degraded("chat")).isPositive();
		}
	}

	@Test
	void anApplicationStartsWithoutRedisAndUsesItWhenItBecomesAvailable() throws Exception {
		this.redis.kill();
		try (RunningServer server = start("local", "1000/d")) {
			assertThat(server.get("/v1/chat").status()).isEqualTo(200);
			assertThat(server.degraded("chat")).isEqualTo(1);

			this.redis.startAgain();

			awaitDecisionsInRedis(server);
		}
	}

	@Test
	void aSlowRedisIsConnectedBeforeTheFirstRequest() throws Exception {
		try (FaultyProxy proxy = FaultyProxy.inFrontOf(this.redis)) {
			proxy.delayReplies(Duration.ofMillis(20));
			try (RunningServer server = start(proxy.port(), Duration.ofSeconds(5), "local", "1000/d")) {
				assertThat(server.bean(LimitStore.class).status()).isEqualTo("up");
				long connections = proxy.connections();
				assertThat(server.get("/v1/chat").status()).isEqualTo(200);
				assertThat(server.degraded("chat")).isZero();
				assertThat(proxy.connections()).isEqualTo(connections);
			}
		}
	}

	@Test
	void healthAndEndpointShowARedisThatHasNotAnsweredYetAsUnknown() throws Exception {
		this.redis.kill();
		try (RunningServer server = start("local", "1000/d", "management.endpoint.health.show-details=always",
				"management.endpoints.web.exposure.include=health,ratelimits")) {
			assertThat(server.get("/actuator/health/ratelimit").body()).contains("\"status\":\"UNKNOWN\"",
					"\"status\":\"unknown\"", "\"chat\":\"local\"");
			assertThat(server.get("/actuator/ratelimits").body())
				.contains("\"store\":{\"type\":\"redis\",\"status\":\"unknown\"");
			assertThat(server.get("/v1/chat").status()).isEqualTo(200);

			this.redis.startAgain();

			awaitStatus(server, "up");
			assertThat(server.get("/actuator/health/ratelimit").body()).contains("\"status\":\"UP\"");
		}
	}

	private RunningServer start(String onStoreFailure, String rate, String... more) {
		return start(this.redis.port(), Duration.ofSeconds(2), onStoreFailure, rate, more);
	}

	private static RunningServer start(int port, Duration deadline, String onStoreFailure, String rate,
			String... more) {
		String[] properties = { "ratelimit.store=redis", "spring.data.redis.port=" + port,
				"ratelimit.redis.deadline=" + deadline.toMillis() + "ms",
				"ratelimit.on-store-failure=" + onStoreFailure, "ratelimit.limits.chat.rate=" + rate,
				"ratelimit.limits.chat.key[0]=header('X-API-Key')", "ratelimit.limits.chat.key[1]=ip",
				"ratelimit.http.rules[0].path=/v1/**", "ratelimit.http.rules[0].limits=chat" };
		return RunningServer
			.withoutSecurity(Stream.concat(Stream.of(properties), Stream.of(more)).toArray(String[]::new));
	}

	private static void awaitStatus(RunningServer server, String status) {
		Polling.until(Duration.ofSeconds(10), "store is " + status,
				() -> server.bean(LimitStore.class).status().equals(status));
	}

	private static void awaitDecisionsInRedis(RunningServer server) {
		long allowed = server.allowed("chat");
		Polling.until(Duration.ofSeconds(10), "decisions are made in Redis", () -> {
			assertThat(status(server)).isEqualTo(200);
			return server.allowed("chat") > allowed;
		});
	}

	private static int status(RunningServer server) {
		try {
			return server.get("/v1/chat").status();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
