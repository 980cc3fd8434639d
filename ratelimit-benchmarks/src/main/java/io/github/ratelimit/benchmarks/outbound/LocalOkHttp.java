package io.github.ratelimit.benchmarks.outbound;

import io.github.ratelimit.benchmarks.outbound.client.ProviderKind;
import java.io.IOException;
import java.io.UncheckedIOException;
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

/** The same model for OkHttp. */
final class LocalOkHttp {

	private static final MediaType JSON = MediaType.get("application/json");

	private LocalOkHttp() {
	}

	/** A client whose last interceptor is the model. */
	static Supplier<String> calls(byte[] request, Interceptor... interceptors) {
		OkHttpClient.Builder builder = new OkHttpClient.Builder();
		for (Interceptor interceptor : interceptors) {
			builder.addInterceptor(interceptor);
		}
		OkHttpClient client = builder.addInterceptor(LocalOkHttp::respond).build();
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

}
