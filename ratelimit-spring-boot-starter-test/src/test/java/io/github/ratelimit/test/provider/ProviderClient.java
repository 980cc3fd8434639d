package io.github.ratelimit.test.provider;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Calls a {@link TestProvider} with the JDK's client. */
final class ProviderClient {

	static final JsonMapper JSON = new JsonMapper();

	private final TestProvider provider;

	private final HttpClient client;

	ProviderClient(TestProvider provider) {
		this(provider, null);
	}

	ProviderClient(TestProvider provider, Executor executor) {
		this.provider = provider;
		HttpClient.Builder builder = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1);
		this.client = ((executor != null) ? builder.executor(executor) : builder).build();
	}

	private HttpRequest request(String path, String body) {
		return HttpRequest.newBuilder(this.provider.uri().resolve(path))
			.timeout(Duration.ofSeconds(20))
			.header("Authorization", "Bearer sk-test")
			.header("Content-Type", "application/json")
			.POST(HttpRequest.BodyPublishers.ofString(body))
			.build();
	}

	HttpResponse<String> post(String path, String body) {
		try {
			return this.client.send(request(path, body), HttpResponse.BodyHandlers.ofString());
		}
		catch (IOException ex) {
			throw new java.io.UncheckedIOException(ex);
		}
		catch (InterruptedException ex) {
			throw new AssertionError(ex);
		}
	}

	HttpResponse<String> chat() {
		return post("/v1/chat/completions", "{\"model\":\"gpt-4o\",\"messages\":[]}");
	}

	CompletableFuture<HttpResponse<String>> chatAsync() {
		return this.client.sendAsync(request("/v1/chat/completions", "{\"model\":\"gpt-4o\",\"messages\":[]}"),
				HttpResponse.BodyHandlers.ofString());
	}

	HttpResponse<Stream<String>> stream(String path, String body) throws IOException, InterruptedException {
		return this.client.send(request(path, body), HttpResponse.BodyHandlers.ofLines());
	}

	HttpResponse<Stream<String>> chatStream() throws IOException, InterruptedException {
		return stream("/v1/chat/completions", "{\"model\":\"gpt-4o\",\"stream\":true,\"messages\":[]}");
	}

	static JsonNode json(HttpResponse<String> response) {
		return JSON.readTree(response.body());
	}

	/** Waits for what another thread does. */
	static void await(BooleanSupplier condition) {
		long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
		while (!condition.getAsBoolean()) {
			assertThat(System.nanoTime()).as("waited 20 s").isLessThan(deadline);
			Thread.onSpinWait();
			try {
				Thread.sleep(2);
			}
			catch (InterruptedException ex) {
				throw new AssertionError(ex);
			}
		}
	}

}
