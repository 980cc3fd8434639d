package io.github.ratelimit.benchmarks.outbound;

import com.anthropic.core.RequestOptions;
import com.anthropic.core.http.Headers;
import com.anthropic.core.http.HttpClient;
import com.anthropic.core.http.HttpMethod;
import com.anthropic.core.http.HttpRequest;
import com.anthropic.core.http.HttpRequestBody;
import com.anthropic.core.http.HttpResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** The same model as an HTTP client of anthropic-java. */
final class LocalAnthropic implements HttpClient {

	private final Headers headers;

	LocalAnthropic() {
		Headers.Builder headers = Headers.builder();
		LocalModel.HEADERS.forEach(headers::put);
		this.headers = headers.build();
	}

	@Override
	public HttpResponse execute(HttpRequest request, RequestOptions options) {
		request.body().writeTo(OutputStream.nullOutputStream());
		return new Response(this.headers, LocalModel.socket());
	}

	@Override
	public CompletableFuture<HttpResponse> executeAsync(HttpRequest request, RequestOptions options) {
		return CompletableFuture.completedFuture(execute(request, options));
	}

	@Override
	public void close() {
		// nothing is open
	}

	/** Calls of such a client. */
	static Supplier<String> calls(byte[] request, HttpClient client) {
		HttpRequestBody body = new Body(request);
		return () -> {
			HttpRequest sent = HttpRequest.builder()
				.method(HttpMethod.POST)
				.baseUrl("https://api.openai.com/v1")
				.addPathSegments("chat", "completions")
				.putHeader("Authorization", "Bearer sk-bench")
				.body(body)
				.build();
			try (HttpResponse response = client.execute(sent, RequestOptions.none())) {
				return new String(response.body().readAllBytes(), StandardCharsets.UTF_8);
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		};
	}

	private record Response(Headers headers, InputStream body) implements HttpResponse {

		@Override
		public int statusCode() {
			return 200;
		}

		@Override
		public void close() {
			// nothing is open
		}

	}

	private record Body(byte[] bytes) implements HttpRequestBody {

		@Override
		public void writeTo(OutputStream stream) {
			try {
				stream.write(this.bytes);
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}

		@Override
		public String contentType() {
			return "application/json";
		}

		@Override
		public long contentLength() {
			return this.bytes.length;
		}

		@Override
		public boolean repeatable() {
			return true;
		}

		@Override
		public void close() {
			// nothing is open
		}

	}

}
