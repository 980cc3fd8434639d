package io.github.ratelimit.web.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.Key;
import io.github.ratelimit.Limit;
import io.github.ratelimit.StoreUnavailableException;
import io.github.ratelimit.registry.Handles;
import io.github.ratelimit.registry.LimitRegistry;
import io.github.ratelimit.store.LimitStore;
import io.github.ratelimit.store.redis.server.Polling;
import io.github.ratelimit.store.redis.server.RedisServer;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Two applications with one Redis, and callers that alternate between them. */
@Tag("version-independent")
@Tag("redis")
class SharedLimitTests {

	/** Longer than the default, since a machine that runs many tests may be slow. */
	private static final String DEADLINE = "ratelimit.redis.deadline=2s";

	private static final Duration SOON = Duration.ofSeconds(20);

	private final RedisServer redis = RedisServer.start();

	private final List<RunningServer> applications = new ArrayList<>();

	@AfterEach
	void stop() {
		this.applications.forEach(RunningServer::close);
		this.redis.close();
	}

	@ParameterizedTest
	@ValueSource(strings = { "lettuce", "jedis" })
	void callersHaveOneCountForAllInstances(String client) throws IOException {
		RunningServer one = start("spring.data.redis.client-type=" + client);
		RunningServer other = start("spring.data.redis.client-type=" + client);

		assertThat(one.get("/v1/chat").header("X-RateLimit-Remaining")).isEqualTo("2");
		assertThat(other.get("/v1/chat").header("X-RateLimit-Remaining")).isEqualTo("1");
		assertThat(one.get("/v1/chat").header("X-RateLimit-Remaining")).isEqualTo("0");
		assertThat(other.get("/v1/chat").status()).isEqualTo(429);
		assertThat(one.get("/v1/chat").status()).isEqualTo(429);
		assertThat(one.reached() + other.reached()).isEqualTo(3);
	}

	@Test
	void theCountSurvivesARestartOfTheApplication() throws IOException {
		try (RunningServer first = start()) {
			assertThat(first.get("/v1/chat").header("X-RateLimit-Remaining")).isEqualTo("2");
			this.applications.remove(first);
		}
		assertThat(start().get("/v1/chat").header("X-RateLimit-Remaining")).isEqualTo("1");
	}

	@Test
	void anOutageOfRedisLosesNoRequestAndEveryInstanceCountsLocally() throws IOException {
		RunningServer one = start();
		RunningServer other = start();
		one.get("/v1/chat");
		this.redis.kill();

		for (RunningServer application : this.applications) {
			for (int i = 0; i < 10; i++) {
				assertThat(application.get("/v1/chat").status()).isIn(200, 429);
			}
			assertThat(application.reached()).as("includes what Redis had counted").isEqualTo(3);
			assertThat(application.get("/denying").status()).isEqualTo(503);
			assertThat(application.get("/actuator/health").body()).contains("\"ratelimit\":", "\"UNKNOWN\"")
				.contains("\"status\":\"UP\"");
		}
		assertThat(one.degraded("chat")).isPositive();
		assertThat(other.degraded("chat")).isPositive();

		this.redis.startAgain();
		this.applications.forEach(SharedLimitTests::awaitRedis);
		assertThat(one.get("/denying").header("X-RateLimit-Remaining")).isEqualTo("1");
		assertThat(other.get("/denying").header("X-RateLimit-Remaining")).isEqualTo("0");
	}

	private static void awaitRedis(RunningServer application) {
		LimitStore store = application.bean(LimitStore.class);
		Limit limit = application.bean(LimitRegistry.class).get("chat").limit();
		Polling.until(SOON, "Redis is used", () -> {
			try {
				return store.find(Handles.of(limit), Key.of("nobody")).isEmpty() && store.status().equals("up");
			}
			catch (StoreUnavailableException ex) {
				return false;
			}
		});
	}

	private RunningServer start(String... more) {
		List<String> properties = new ArrayList<>(
				List.of("ratelimit.store=redis", DEADLINE, "spring.data.redis.port=" + this.redis.port(),
						"spring.data.redis.host=" + RedisServer.HOST, "management.endpoint.health.show-details=always",
						"ratelimit.limits.chat.rate=3/d", "ratelimit.limits.chat.key=ip",
						"ratelimit.on-store-failure=local", "ratelimit.http.rules[0].path=/v1/**",
						"ratelimit.http.rules[0].limits=chat", "ratelimit.limits.denying.rate=2/d",
						"ratelimit.limits.denying.key=global", "ratelimit.limits.denying.on-store-failure=deny",
						"ratelimit.http.rules[1].path=/denying", "ratelimit.http.rules[1].limits=denying"));
		properties.addAll(List.of(more));
		RunningServer application = RunningServer.withSystemTime(properties.toArray(String[]::new));
		this.applications.add(application);
		return application;
	}

}
