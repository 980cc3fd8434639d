package io.github.ratelimit.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import com.openai.core.http.StreamResponse;
import com.openai.errors.RateLimitException;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.services.blocking.chat.ChatCompletionService;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.net.http.HttpResponse;
import java.util.Arrays;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;
import redis.embedded.RedisServer;

/**
 * The sample with Redis on its class path: without a Redis, with one, and with one that
 * is unavailable.
 */
@Tag("redis")
class RedisProfileTests {

	/** For slow machines: a longer deadline, so that no call is decided without Redis. */
	private static final String[] PATIENT = { "--ratelimit.redis.deadline=10s", "--ratelimit.limits.chat.rate=10/h",
			"--sample.model.pause=100ms" };

	@Test
	void withoutTheProfileRedisIsNotUsed() throws IOException {
		try (ServerSocket redis = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			try (ConfigurableApplicationContext sample = start("--spring.data.redis.port=" + redis.getLocalPort())) {
				SampleClient client = client(sample);
				assertThat(client.chat("X-API-Key", "sk-alone").statusCode()).isEqualTo(200);
				assertThat(client.get("/actuator/health").statusCode()).isEqualTo(200);
				assertThat(client.get("/actuator/health").body()).contains("\"store\":\"memory\"");
				redis.setSoTimeout(200);
				assertThatExceptionOfType(SocketTimeoutException.class).isThrownBy(() -> redis.accept().close());
			}
		}
	}

	@Test
	void withTheProfileTheSampleWorksWithoutRedis() throws IOException {
		int nobodyThere = freePort();
		try (ConfigurableApplicationContext sample = startWithRedis(nobodyThere)) {
			SampleClient client = client(sample);
			for (int i = 0; i < 10; i++) {
				assertThat(client.chat("X-API-Key", "sk-away").statusCode()).isEqualTo(200);
			}
			assertThat(client.chat("X-API-Key", "sk-away").statusCode()).isEqualTo(429);
			assertThat(client.login("demo", "demo").statusCode()).isEqualTo(503);
			assertThat(client.get("/actuator/ratelimits").body()).contains("\"type\":\"redis\"");
			assertThat(client.get("/actuator/health").statusCode()).isEqualTo(200);
		}
	}

	@Test
	void withTheProfileInstancesShareEveryLimit() throws IOException {
		int port = freePort();
		RedisServer redis = RedisServer.newRedisServer().bind("127.0.0.1").port(port).setting("save \"\"").build();
		redis.start();
		try (ConfigurableApplicationContext one = startWithRedis(port, PATIENT);
				ConfigurableApplicationContext other = startWithRedis(port, PATIENT)) {
			requestsAreShared(client(one), client(other));
			tokensAreShared(client(one), client(other));
			slotsAreShared(one, other);
			failedLoginsAreShared(client(one), client(other));
		}
		finally {
			redis.stop();
		}
	}

	private static void requestsAreShared(SampleClient one, SampleClient other) {
		for (int i = 0; i < 5; i++) {
			assertThat(one.chat("X-API-Key", "sk-shared-requests").statusCode()).isEqualTo(200);
			assertThat(other.chat("X-API-Key", "sk-shared-requests").statusCode()).isEqualTo(200);
		}
		assertThat(one.chat("X-API-Key", "sk-shared-requests").statusCode()).isEqualTo(429);
		assertThat(other.chat("X-API-Key", "sk-shared-requests").statusCode()).isEqualTo(429);
	}

	private static void tokensAreShared(SampleClient one, SampleClient other) {
		String large = """
				{"model": "stub", "messages": [{"role": "user", "content": "%s"}]}""".formatted("x".repeat(7000));
		assertThat(one.chat(large, "X-API-Key", "sk-shared-tokens").statusCode()).isEqualTo(200);
		HttpResponse<String> refused = other.chat("X-API-Key", "sk-shared-tokens");
		assertThat(refused.statusCode()).isEqualTo(429);
		assertThat(SampleClient.json(refused).get("error").get("type").asString()).isEqualTo("tokens");
		long retryAfter = Long.parseLong(refused.headers().firstValue("Retry-After").orElseThrow());
		assertThat(retryAfter).as("the debt and the reservation, at 2000 a minute").isBetween(30L, 61L);
	}

	private static void slotsAreShared(ConfigurableApplicationContext one, ConfigurableApplicationContext other) {
		String key = "sk-shared-slots";
		ChatCompletionCreateParams talk = ChatSdk.streamed(ChatSdk.say("word ".repeat(600)).maxTokens(200));
		ChatCompletionService caller = new ChatSdk(port(one), new ManualTime()).caller(key);
		ChatCompletionService elsewhere = new ChatSdk(port(other), new ManualTime()).caller(key);
		try (StreamResponse<ChatCompletionChunk> first = caller.createStreaming(talk);
				StreamResponse<ChatCompletionChunk> second = elsewhere.createStreaming(talk)) {
			assertThatExceptionOfType(RateLimitException.class).isThrownBy(() -> ChatSdk.ask(caller, ChatSdk.hello()))
				.withMessageContaining("chat-slots");
			first.close();
			await().until(() -> client(other).key("chat-slots", key).get("remaining").asInt() == 1);
			ChatSdk.ask(elsewhere, ChatSdk.hello().maxTokens(50));
		}
	}

	private static void failedLoginsAreShared(SampleClient one, SampleClient other) {
		for (int i = 0; i < 3; i++) {
			assertThat(one.login("demo", "demo").statusCode()).isEqualTo(200);
			assertThat(other.login("demo", "guess").statusCode()).isEqualTo(401);
		}
		assertThat(one.login("demo", "guess").statusCode()).isEqualTo(401);
		assertThat(one.login("demo", "guess").statusCode()).isEqualTo(401);
		await().until(() -> other.login("demo", "demo").statusCode() == 429);
	}

	private static ConfigurableApplicationContext startWithRedis(int port, String... arguments) {
		String[] all = Arrays.copyOf(arguments, arguments.length + 2);
		all[arguments.length] = "--spring.profiles.active=redis";
		all[arguments.length + 1] = "--spring.data.redis.url=redis://localhost:" + port;
		return start(all);
	}

	private static int freePort() throws IOException {
		try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			return free.getLocalPort();
		}
	}

	private static ConfigurableApplicationContext start(String... arguments) {
		String[] all = new String[arguments.length + 1];
		all[0] = "--server.port=0";
		System.arraycopy(arguments, 0, all, 1, arguments.length);
		return SpringApplication.run(SampleApplication.class, all);
	}

	private static SampleClient client(ConfigurableApplicationContext sample) {
		return new SampleClient(port(sample));
	}

	private static int port(ConfigurableApplicationContext sample) {
		return sample.getEnvironment().getRequiredProperty("local.server.port", Integer.class);
	}

}
