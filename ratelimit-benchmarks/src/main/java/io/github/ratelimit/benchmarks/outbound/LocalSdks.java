package io.github.ratelimit.benchmarks.outbound;

import io.github.ratelimit.benchmarks.outbound.client.ProviderKind;
import com.openai.core.RequestOptions;
import com.openai.core.http.HttpClient;
import com.openai.core.http.HttpMethod;
import com.openai.core.http.HttpRequest;
import com.openai.core.http.HttpRequestBody;
import com.openai.core.http.HttpResponse;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import okhttp3.Interceptor;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okhttp3.ResponseBody;
import okio.Okio;

/** The same model for OkHttp and for the HTTP client of openai-java. */
final class LocalSdks {

	private static final MediaType JSON = MediaType.get("application/json");

	private LocalSdks() {
	}

	/** A client whose last interceptor is the model. */
	static Supplier<String> okHttp(byte[] request, Interceptor... interceptors) {
		OkHttpClient.Builder builder = new OkHttpClient.Builder();
		for (Interceptor interceptor : interceptors) {
			builder.addInterceptor(interceptor);
		}
		OkHttpClient client = builder.addInterceptor(LocalSdks::respond).build();
		String url = ProviderKind.OPENAI.uri().toString();
		return () -> {
			Request sent = new Request.Builder().url(url)
				.header("Authorization", "Bearer sk-bench")
				.post(RequestBody.create(request, JSON))
				.build();
			try (Response response = client.newCall(sent).execute()) {
				return response.body().string();
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		};
	}

	private static Response respond(Interceptor.Chain chain) throws IOException {
		okio.BufferedSink sink = Okio.buffer(Okio.blackhole());
		chain.request().body().writeTo(sink);
		sink.flush();
		Response.Builder response = new Response.Builder().request(chain.request())
			.protocol(Protocol.HTTP_1_1)
			.code(200)
			.message("OK");
		LocalModel.HEADERS.forEach((name, values) -> response.header(name, values.get(0)));
		return response.body(ResponseBody.create(LocalModel.RESPONSE, JSON)).build();
	}

	/** Calls of openai-java's HTTP client. */
	static Supplier<String> openAi(byte[] request, HttpClient client) {
		HttpRequestBody body = new OpenAiBody(request);
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

	/** The model as an HTTP client of openai-java. */
	static final class OpenAi implements HttpClient {

		private final com.openai.core.http.Headers headers;

		OpenAi() {
			com.openai.core.http.Headers.Builder headers = com.openai.core.http.Headers.builder();
			LocalModel.HEADERS.forEach(headers::put);
			this.headers = headers.build();
		}

		@Override
		public HttpResponse execute(HttpRequest request, RequestOptions options) {
			request.body().writeTo(OutputStream.nullOutputStream());
			return new OpenAiResponse(this.headers, new SocketStream());
		}

		@Override
		public CompletableFuture<HttpResponse> executeAsync(HttpRequest request, RequestOptions options) {
			return CompletableFuture.completedFuture(execute(request, options));
		}

		@Override
		public void close() {
			// nothing is open
		}

	}

	private record OpenAiResponse(com.openai.core.http.Headers headers, InputStream body) implements HttpResponse {

		@Override
		public int statusCode() {
			return 200;
		}

		@Override
		public void close() {
			// nothing is open
		}

	}

	private record OpenAiBody(byte[] bytes) implements HttpRequestBody {

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

	/** Reads in pieces, as from a socket; an array in memory could be returned whole. */
	private static final class SocketStream extends FilterInputStream {

		private SocketStream() {
			super(new ByteArrayInputStream(LocalModel.RESPONSE));
		}

	}

}
