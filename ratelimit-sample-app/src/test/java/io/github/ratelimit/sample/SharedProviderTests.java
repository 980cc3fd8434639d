package io.github.ratelimit.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.ratelimit.test.provider.Fault;
import io.github.ratelimit.test.provider.TestProvider;
import io.github.ratelimit.test.provider.TestRequest;
import io.github.ratelimit.test.provider.limits.ProviderCounts;
import io.github.ratelimit.test.provider.limits.ProviderLimit;
import io.github.ratelimit.test.provider.limits.ProviderLimits;
import io.github.ratelimit.test.provider.limits.ProviderUsage;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;
import redis.embedded.RedisServer;
import tools.jackson.databind.JsonNode;

/**
 * The sample as a gateway in two processes, which call one provider with one credential
 * and share in Redis what they know of it. Each test has a model, and so a quota, of its
 * own, which takes hours to refill in most of them.
 */
@Tag("version-independent")
@Tag("redis")
class SharedProviderTests {

	private static final int QUOTA = 200;

	private static final Duration LONG = Duration.ofSeconds(30);

	private static final ProviderLimits LIMITS = ProviderLimits.builder()
		.limits(ProviderLimit.requests(QUOTA, Duration.ofHours(6)))
		.limitsOf("together", ProviderLimit.requests(3000, Duration.ofMinutes(1)))
		.build();

	private static final String CREDENTIAL = TestProvider.credential("sk-gateway-0001");

	private static final HttpClient HTTP = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

	private static TestProvider provider;

	private static RedisServer redis;

	private static SampleProcess other;

	private static ConfigurableApplicationContext sample;

	private static Gateway here;

	private static Gateway there;

	@BeforeAll
	static void start() throws Exception {
		provider = TestProvider.builder().limits(LIMITS).responseDelay(SharedProviderTests::delay).start();
		int port = freePort();
		redis = RedisServer.newRedisServer().bind("127.0.0.1").port(port).setting("save \"\"").build();
		redis.start();
		String[] arguments = { "--server.port=0", "--server.shutdown=immediate",
				"--spring.profiles.active=gateway,redis", "--spring.data.redis.url=redis://127.0.0.1:" + port,
				"--ratelimit.clients.provider.match=" + provider.uri() + "/**",
				"--ratelimit.clients.provider.max-wait=1d",
				"--spring.http.serviceclient.provider.base-url=" + provider.uri(),
				"--spring.ai.openai.base-url=" + provider.uri() + "/v1" };
		other = SampleProcess.start(arguments);
		sample = SpringApplication.run(SampleApplication.class, arguments);
		here = new Gateway(sample.getEnvironment().getRequiredProperty("local.server.port", Integer.class));
		there = new Gateway(other.port());
	}

	@AfterAll
	static void stop() throws IOException {
		if (other != null) {
			other.close();
		}
		if (sample != null) {
			sample.close();
		}
		redis.stop();
		provider.close();
	}

	private static int freePort() throws IOException {
		try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			return free.getLocalPort();
		}
	}

	/** A slow question is not answered within a test. */
	private static Duration delay(TestRequest request) {
		return request.body().contains("slowly") ? Duration.ofMinutes(5) : Duration.ZERO;
	}

	private static ProviderCounts counts(String model) {
		return LIMITS.counts(CREDENTIAL, model);
	}

	@Test
	void twoProcessesWaitForTheQuotaTogetherWithoutARefusal() {
		for (int i = 0; i < 2800; i++) {
			LIMITS.admit(CREDENTIAL, "together", new ProviderUsage(1, 1)).end(new ProviderUsage(1, 1));
		}
		List<CompletableFuture<HttpResponse<String>>> calls = new ArrayList<>();
		for (int i = 0; i < 250; i++) {
			calls.add(here.ask("together", "Hello"));
			calls.add(there.ask("together", "Hello"));
		}
		for (CompletableFuture<HttpResponse<String>> call : calls) {
			assertThat(call.orTimeout(60, TimeUnit.SECONDS).join().statusCode()).isEqualTo(200);
		}
		assertThat(counts("together").refused()).isZero();
	}

	@Test
	void aRetryAfterStopsTheCallsOfBothProcesses() {
		assertThat(here.ask("stopped", "Hello").join().statusCode()).isEqualTo(200);
		assertThat(there.ask("stopped", "Hello").join().statusCode()).isEqualTo(200);
		provider.failNext(1, Fault.throttled(Duration.ofMinutes(4)));
		assertThat(here.ask("stopped", "Hello").join().statusCode()).isEqualTo(429);
		await().atMost(LONG).until(() -> {
			there.ask("stopped", "Hello");
			return there.state("stopped").equals("throttled") && there.inFlight("stopped") == 0;
		});
		long admitted = counts("stopped").admitted();
		int waiting = there.waiting("stopped");
		there.ask("stopped", "Hello");
		here.ask("stopped", "Hello");
		await().atMost(LONG)
			.until(() -> there.waiting("stopped") > waiting && here.waiting("stopped") == 1
					&& here.state("stopped").equals("throttled"));
		assertThat(counts("stopped").admitted()).isEqualTo(admitted);
	}

	@Test
	void aProcessBeginsWithTheLimitsThatTheOtherHasDiscovered() {
		assertThat(here.ask("discovered", "Hello").join().statusCode()).isEqualTo(200);
		there.ask("discovered", "Answer slowly");
		await().atMost(LONG).until(() -> {
			// instances use what others have discovered a short time ago
			here.ask("discovered", "Hello").join();
			return there.account("discovered").path("quotas").path(0).path("limit").asInt() == QUOTA;
		});
		assertThat(there.inFlight("discovered")).as("calls that are not answered").isEqualTo(1);
	}

	/** One of the two processes. */
	private record Gateway(int port) {

		CompletableFuture<HttpResponse<String>> ask(String model, String question) {
			HttpRequest request = request("/gateway/chat/completions").header("Content-Type", "application/json")
				.POST(BodyPublishers.ofString("""
						{"model": "%s", "messages": [{"role": "user", "content": "%s"}]}""".formatted(model, question)))
				.build();
			return HTTP.sendAsync(request, BodyHandlers.ofString());
		}

		/** Returns what the endpoint shows of the account of a model. */
		JsonNode account(String model) {
			String clients = HTTP.sendAsync(request("/actuator/ratelimits/provider").build(), BodyHandlers.ofString())
				.join()
				.body();
			for (JsonNode key : SampleClient.json(clients).path("keys")) {
				if (key.path("model").asString().equals(model)) {
					return key;
				}
			}
			return SampleClient.json("{}");
		}

		String state(String model) {
			return account(model).path("state").asString();
		}

		int inFlight(String model) {
			return account(model).path("inFlight").asInt();
		}

		int waiting(String model) {
			return account(model).path("waiting").asInt();
		}

		private HttpRequest.Builder request(String path) {
			return HttpRequest.newBuilder(URI.create("http://localhost:" + this.port + path));
		}

	}

}
