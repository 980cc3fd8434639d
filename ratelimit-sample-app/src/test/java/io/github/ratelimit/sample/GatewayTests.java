package io.github.ratelimit.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/** The sample twice: as a provider, and as the gateway that calls it. */
class GatewayTests {

	private final HttpClient client = HttpClient.newHttpClient();

	private ConfigurableApplicationContext provider;

	private ConfigurableApplicationContext gateway;

	@BeforeEach
	void start() {
		this.provider = start("provider", "--ratelimit.limits.chat.rate=60/s");
		String url = "http://localhost:" + port(this.provider);
		this.gateway = start("gateway", "--ratelimit.clients.provider.match=" + url + "/**",
				"--spring.http.serviceclient.provider.base-url=" + url, "--spring.ai.openai.base-url=" + url + "/v1");
	}

	@AfterEach
	void close() {
		this.gateway.close();
		this.provider.close();
	}

	private static ConfigurableApplicationContext start(String profile, String... arguments) {
		return new SpringApplicationBuilder(SampleApplication.class).profiles(profile)
			.run(Stream.concat(Stream.of(arguments), Stream.of("--server.port=0")).toArray(String[]::new));
	}

	private static String port(ConfigurableApplicationContext application) {
		return application.getEnvironment().getRequiredProperty("local.server.port");
	}

	private URI uri(ConfigurableApplicationContext application, String path) {
		return URI.create("http://localhost:" + port(application) + path);
	}

	private String get(ConfigurableApplicationContext application, String path) throws Exception {
		return this.client.send(HttpRequest.newBuilder(uri(application, path)).build(), BodyHandlers.ofString()).body();
	}

	@Test
	void aBurstBeyondTheProvidersLimitIsAnsweredWithoutARefusal() throws Exception {
		HttpRequest request = HttpRequest.newBuilder(uri(this.gateway, "/gateway/chat/completions"))
			.header("Content-Type", "application/json")
			.POST(BodyPublishers.ofString("""
					{"model": "stub", "messages": [{"role": "user", "content": "Hello"}]}"""))
			.build();
		List<CompletableFuture<HttpResponse<String>>> calls = Stream
			.generate(() -> this.client.sendAsync(request, BodyHandlers.ofString()))
			.limit(70)
			.toList();
		for (CompletableFuture<HttpResponse<String>> call : calls) {
			assertThat(call.join().statusCode()).isEqualTo(200);
			assertThat(call.join().body()).contains("You said: Hello");
		}
		assertThat(get(this.provider, "/actuator/ratelimits/chat")).contains("\"allowed\":70", "\"denied\":0");
		assertThat(get(this.gateway, "/actuator/ratelimits/provider")).contains("\"throttled\":0", "\"model\":\"stub\"",
				"\"dimension\":\"requests\"");
	}

	@Test
	void aQuestionIsAnsweredOverSpringAi() throws Exception {
		assertThat(get(this.gateway, "/gateway/ask?question=Hello")).isEqualTo("You said: Hello");
		assertThat(get(this.gateway, "/actuator/ratelimits/provider")).contains("\"model\":\"stub\"");
	}

}
