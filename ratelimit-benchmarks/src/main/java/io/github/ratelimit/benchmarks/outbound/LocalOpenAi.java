package io.github.ratelimit.benchmarks.outbound;

import com.openai.core.RequestOptions;
import com.openai.core.http.Headers;
import com.openai.core.http.HttpClient;
import com.openai.core.http.HttpMethod;
import com.openai.core.http.HttpRequest;
import com.openai.core.http.HttpRequestBody;
import com.openai.core.http.HttpResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** The same model as an HTTP client of openai-java. */
final class LocalOpenAi implements HttpClient {

	private final Headers headers;

	LocalOpenAi() {
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
