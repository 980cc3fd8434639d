package io.github.ratelimit.apps.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.ratelimit.client.RequestPriority;
import io.github.ratelimit.client.okhttp.RateLimitOkHttpInterceptor;
import io.github.ratelimit.provider.dialect.Dimension;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.GZIPOutputStream;
import okhttp3.Cache;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okio.BufferedSink;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What only a client of OkHttp itself meets. */
class OkHttpInterceptorTests {

	private final StubProvider provider = new StubProvider();

	private final Limiters limiters = new Limiters(this.provider.uri(), 10, Duration.ofSeconds(30));

	private final OkHttpClient client = new OkHttpClient.Builder()
		.addInterceptor(new RateLimitOkHttpInterceptor(this.limiters.limiters()))
		.build();

	@AfterEach
	void close() {
		this.client.connectionPool().evictAll();
		this.provider.close();
	}

	@Test
	void anAnswerFromTheCacheIsNotCharged(@TempDir Path directory) throws IOException {
		this.provider.replies((exchange, shape) -> {
			exchange.getResponseHeaders().set("Cache-Control", "max-age=60");
			byte[] bytes = shape.plain("Hello").getBytes(StandardCharsets.UTF_8);
			exchange.sendResponseHeaders(200, bytes.length);
			exchange.getResponseBody().write(bytes);
		});
		try (Cache cache = new Cache(directory.toFile(), 1_000_000)) {
			OkHttpClient caching = this.client.newBuilder().cache(cache).build();
			for (int i = 0; i < 3; i++) {
				try (Response response = caching.newCall(get().build()).execute()) {
					assertThat(response.body().string()).contains("Hello");
				}
			}
		}
		assertThat(this.provider.arrivals()).hasSize(1);
		assertThat(this.limiters.used(Dimension.REQUESTS)).isEqualTo(1);
		assertThat(this.limiters.inFlight()).isZero();
	}

	@Test
	void aRequestOfAnInterruptedThreadIsNotSentAndCostsNothing() {
		for (Request request : List.of(get().build(),
				get().post(RequestBody.create("{}", MediaType.get("application/json"))).build())) {
			Thread.currentThread().interrupt();
			try {
				assertThatThrownBy(() -> this.client.newCall(request).execute())
					.isInstanceOf(InterruptedIOException.class);
			}
			finally {
				assertThat(Thread.interrupted()).isTrue();
			}
		}
		assertThat(this.provider.arrivals()).isEmpty();
		assertThat(this.limiters.used(Dimension.REQUESTS)).isZero();
		assertThat(this.limiters.inFlight()).isZero();
	}

	@Test
	void anEmptyAnswerEndsItsCallThoughItIsNotClosed() throws IOException {
		this.provider.replies((exchange, shape) -> exchange.sendResponseHeaders(204, -1));
		assertThat(this.client.newCall(get().build()).execute().code()).isEqualTo(204);
		assertThat(this.client.newCall(get().head().build()).execute().code()).isEqualTo(204);
		assertThat(this.limiters.inFlight()).isZero();
	}

	@Test
	void theBodyOfAnErrorIsReadWholeByTheCaller() throws IOException {
		String error = "x".repeat(100_000);
		this.provider.replies((exchange, shape) -> {
			exchange.sendResponseHeaders(500, 0);
			exchange.getResponseBody().write(error.getBytes(StandardCharsets.UTF_8));
		});
		try (Response response = this.client.newCall(get().build()).execute()) {
			assertThat(response.body().string()).isEqualTo(error);
		}
		assertThat(this.limiters.inFlight()).isZero();
	}

	@Test
	void usageIsReadFromACompressedAnswer() throws IOException {
		this.provider.replies((exchange, shape) -> {
			assertThat(exchange.getRequestHeaders().getFirst("Accept-Encoding")).isEqualTo("gzip");
			ByteArrayOutputStream bytes = new ByteArrayOutputStream();
			try (GZIPOutputStream compressed = new GZIPOutputStream(bytes)) {
				compressed.write(shape.plain("Hello").getBytes(StandardCharsets.UTF_8));
			}
			exchange.getResponseHeaders().set("Content-Encoding", "gzip");
			exchange.sendResponseHeaders(200, bytes.size());
			exchange.getResponseBody().write(bytes.toByteArray());
		});
		try (Response response = this.client.newCall(get().build()).execute()) {
			assertThat(response.body().string()).contains("Hello");
		}
		assertThat(this.limiters.used(Dimension.TOKENS)).isEqualTo(ModelShape.TOKENS);
	}

	@Test
	void aBodyThatCanBeWrittenOnceIsNotReadBefore() throws IOException {
		AtomicInteger written = new AtomicInteger();
		RequestBody body = new RequestBody() {

			@Override
			public MediaType contentType() {
				return MediaType.get("application/json");
			}

			@Override
			public boolean isOneShot() {
				return true;
			}

			@Override
			public void writeTo(BufferedSink sink) throws IOException {
				written.incrementAndGet();
				sink.writeUtf8("{}");
			}

		};
		try (Response response = this.client.newCall(get().post(body).build()).execute()) {
			assertThat(response.code()).isEqualTo(200);
		}
		assertThat(written).hasValue(1);
	}

	@Test
	void anAnswerThatIsNeverReadEndsItsCallWhenItIsClosed() throws IOException {
		this.client.newCall(get().build()).execute().close();
		Awaitility.await().until(() -> this.limiters.inFlight() == 0);
		assertThat(this.limiters.used(Dimension.REQUESTS)).isEqualTo(1);
	}

	@Test
	void aRequestThatPassesTwoInterceptorsIsChargedOnceAndFurtherAttemptsEach() throws IOException {
		RateLimitOkHttpInterceptor inner = new RateLimitOkHttpInterceptor(this.limiters.limiters().get("model"));
		this.provider.replies(StubProvider.status(503, Map.of()), StubProvider.text("Hello"));
		OkHttpClient both = this.client.newBuilder().addInterceptor((chain) -> {
			chain.proceed(chain.request()).close();
			return chain.proceed(chain.request());
		}).addNetworkInterceptor(inner).build();
		try (Response response = both.newCall(get().build()).execute()) {
			assertThat(response.body().string()).contains("Hello");
		}
		assertThat(this.provider.arrivals()).hasSize(2);
		assertThat(this.limiters.used(Dimension.REQUESTS)).isEqualTo(2);
		assertThat(this.limiters.inFlight()).isZero();
		try (Response response = both.newBuilder().build().newCall(get().build()).execute()) {
			assertThat(response.code()).isEqualTo(200);
		}
		assertThat(this.limiters.used(Dimension.REQUESTS)).isEqualTo(4);
	}

	@Test
	void aRequestWithAHigherPriorityOvertakesThoseThatAreQueued() throws IOException {
		Limiters oneAtATime = new Limiters(this.provider.uri(), 1, Duration.ofSeconds(30));
		OkHttpClient client = this.client.newBuilder()
			.addInterceptor(new RateLimitOkHttpInterceptor(oneAtATime.limiters()))
			.build();
		Response inFlight = client.newCall(get().build()).execute();
		List<String> answered = new CopyOnWriteArrayList<>();
		List<CompletableFuture<Void>> calls = new ArrayList<>();
		for (RequestPriority priority : List.of(RequestPriority.NORMAL, RequestPriority.HIGH)) {
			Request request = get().tag(RequestPriority.class, priority).build();
			calls.add(CompletableFuture.runAsync(() -> {
				try (Response response = client.newCall(request).execute()) {
					answered.add(priority.value() + " " + response.code());
				}
				catch (IOException ex) {
					throw new UncheckedIOException(ex);
				}
			}, Limiters.THREADS));
			Awaitility.await().until(() -> oneAtATime.waiting() == calls.size());
		}
		inFlight.close();
		calls.forEach(CompletableFuture::join);
		assertThat(answered).containsExactly("100 200", "0 200");
	}

	private Request.Builder get() {
		return new Request.Builder().url(this.provider.uri() + "/v1/models");
	}

}
