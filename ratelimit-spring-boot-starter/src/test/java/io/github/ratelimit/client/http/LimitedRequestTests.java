package io.github.ratelimit.client.http;

import static io.github.ratelimit.client.LocalProvider.inTurn;
import static io.github.ratelimit.client.LocalProvider.json;
import static io.github.ratelimit.client.LocalProvider.status;
import static io.github.ratelimit.client.TestClient.client;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.github.ratelimit.TestThreads;
import io.github.ratelimit.TimeSource;
import io.github.ratelimit.client.ClientCall;
import io.github.ratelimit.client.ClientListener.Outcome;
import io.github.ratelimit.client.LocalProvider;
import io.github.ratelimit.client.OutboundRequest;
import io.github.ratelimit.client.TestClient;
import io.github.ratelimit.provider.dialect.Dimension;
import io.github.ratelimit.provider.usage.ModelRequest;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.core.io.InputStreamResource;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.StreamingHttpOutputMessage;
import org.springframework.http.client.AbstractStreamingClientHttpRequest;
import org.springframework.http.client.ClientHttpRequest;
import org.springframework.http.client.ClientHttpRequestFactory;
import org.springframework.http.client.ClientHttpResponse;
import org.springframework.http.client.JdkClientHttpRequestFactory;
import org.springframework.http.client.SimpleClientHttpRequestFactory;
import org.springframework.mock.http.client.MockClientHttpResponse;
import org.springframework.util.LinkedMultiValueMap;
import org.springframework.util.MultiValueMap;
import org.springframework.web.client.RestClient;

class LimitedRequestTests {

	private static final String MODEL = "{\"model\":\"gpt-4o\"}";

	private static final URI ADDRESS = URI.create("https://api.openai.com/v1/chat");

	private final List<List<String>> sent = new ArrayList<>();

	private RestClient rest(TestClient client) {
		return RestClient.builder().requestFactory(limited(client)).baseUrl(ADDRESS).build();
	}

	/** Writes a body twice, if it allows that, as for a redirect. */
	private void record(StreamingHttpOutputMessage.@Nullable Body body) throws IOException {
		List<String> written = new ArrayList<>();
		this.sent.add(written);
		for (int times = (body == null) ? 0 : body.repeatable() ? 2 : 1; times > 0; times--) {
			ByteArrayOutputStream stream = new ByteArrayOutputStream();
			body.writeTo(stream);
			written.add(stream.toString(StandardCharsets.UTF_8));
		}
	}

	private ClientHttpRequestFactory limited(TestClient client) {
		return new RateLimitRequestFactory((uri, method) -> new SendingRequest(uri, method, this::record),
				client.limiter());
	}

	@Test
	void a_streaming_client_can_write_the_body_of_a_model_s_request_repeatedly() {
		TestClient client = client();
		rest(client).post()
			.contentType(MediaType.APPLICATION_JSON)
			.body(Map.of("model", "gpt-4o"))
			.retrieve()
			.toBodilessEntity();
		rest(client).post().contentType(MediaType.APPLICATION_JSON).body(MODEL).retrieve().toBodilessEntity();
		rest(client).post()
			.contentType(MediaType.APPLICATION_JSON)
			.body(MODEL.getBytes())
			.retrieve()
			.toBodilessEntity();
		assertThat(this.sent).hasSize(3).allSatisfy((written) -> assertThat(written).containsExactly(MODEL, MODEL));
		assertThat(client.models()).containsExactly("gpt-4o");
	}

	@Test
	void a_body_that_is_written_to_the_request_can_be_sent_repeatedly() throws IOException {
		TestClient client = client();
		ClientHttpRequest request = limited(client).createRequest(ADDRESS, HttpMethod.POST);
		request.getHeaders().setContentType(MediaType.APPLICATION_JSON);
		OutputStream body = request.getBody();
		body.write('{');
		body.write("\"model\":\"gpt".getBytes());
		request.getBody().write("-4o\"}".getBytes(), 0, 5);
		request.execute().close();
		assertThat(this.sent.get(0)).containsExactly(MODEL, MODEL);
		assertThat(client.models()).containsExactly("gpt-4o");
	}

	@Test
	void a_body_that_could_not_be_written_is_written_anew() throws IOException {
		ClientHttpRequest request = limited(client()).createRequest(ADDRESS, HttpMethod.POST);
		AtomicBoolean failed = new AtomicBoolean();
		((StreamingHttpOutputMessage) request).setBody((stream) -> {
			stream.write('{');
			if (!failed.getAndSet(true)) {
				throw new IOException("Not readable yet");
			}
			stream.write('}');
		});
		assertThatIOException().isThrownBy(request::execute).withMessage("Not readable yet");
		request.execute().close();
		assertThat(this.sent).hasSize(1);
		assertThat(this.sent.get(0)).containsExactly("{}", "{}");
	}

	@Test
	void a_form_can_be_sent_repeatedly() {
		MultiValueMap<String, String> form = new LinkedMultiValueMap<>(Map.of("grant", List.of("password")));
		rest(client()).post()
			.contentType(MediaType.APPLICATION_FORM_URLENCODED)
			.body(form)
			.retrieve()
			.toBodilessEntity();
		assertThat(this.sent.get(0)).containsExactly("grant=password", "grant=password");
	}

	@Test
	void an_upload_is_streamed_while_it_is_sent() {
		TestClient client = client().maxConcurrent(1);
		List<Integer> inFlight = new ArrayList<>();
		InputStream file = new FilterInputStream(new ByteArrayInputStream("file".getBytes())) {
			@Override
			public int read(byte[] bytes, int offset, int length) throws IOException {
				inFlight.add(client.inFlight());
				return super.read(bytes, offset, length);
			}
		};
		rest(client).post()
			.contentType(MediaType.APPLICATION_OCTET_STREAM)
			.body(new InputStreamResource(file))
			.retrieve()
			.toBodilessEntity();
		assertThat(this.sent.get(0)).containsExactly("file");
		assertThat(inFlight).isNotEmpty().containsOnly(1);
	}

	@Test
	void a_body_that_an_adapter_above_has_read_is_passed_on_as_it_is() throws IOException {
		TestClient client = client();
		ClientHttpRequestFactory factory = new RateLimitRequestFactory(limited(client), client.limiter());
		ClientHttpRequest request = factory.createRequest(ADDRESS, HttpMethod.POST);
		request.getHeaders().setContentType(MediaType.APPLICATION_JSON);
		((StreamingHttpOutputMessage) request).setBody((stream) -> stream.write(MODEL.getBytes()));
		request.execute().close();
		assertThat(this.sent.get(0)).containsExactly(MODEL, MODEL);
		assertThat(client.models()).containsExactly("gpt-4o");
	}

	@Test
	void a_request_without_a_body_is_sent_without_one() {
		rest(client()).get().retrieve().toBodilessEntity();
		assertThat(this.sent.get(0)).isEmpty();
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void a_request_that_an_adapter_of_another_client_library_has_admitted_is_counted_once(boolean intercepted)
			throws IOException {
		TestClient client = client().maxWait(Duration.ZERO).maxConcurrent(1);
		RestClient.Builder builder = RestClient.builder();
		if (intercepted) {
			builder.requestFactory(limited(client))
				.requestInterceptor(new RateLimitClientInterceptor(client.limiter()));
		}
		else {
			builder.requestFactory(new RateLimitRequestFactory(limited(client), client.limiter()));
		}
		RestClient rest = builder.build();
		ClientCall call = client.limiter().acquire(OutboundRequest.of(ADDRESS, (name) -> null, ModelRequest.NONE));
		call.send(() -> rest.post().uri(ADDRESS).body(MODEL).retrieve().toBodilessEntity());
		call.close();
		assertThat(this.sent).hasSize(1);
		assertThat(client.outcomes()).containsExactly(Outcome.SENT);
		assertThat(client.spent(Dimension.REQUESTS)).isEqualTo(1);
	}

	@Test
	void a_body_cannot_be_both_written_and_set() throws IOException {
		ClientHttpRequest request = limited(client()).createRequest(ADDRESS, HttpMethod.POST);
		request.getBody().write('1');
		assertThatIllegalStateException()
			.isThrownBy(() -> ((StreamingHttpOutputMessage) request).setBody(new byte[] { '2' }));
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void the_jdk_s_clients_send_bodies_of_all_kinds_also_again(boolean http) throws IOException {
		ClientHttpRequestFactory factory = http ? new JdkClientHttpRequestFactory(HttpClient.newHttpClient())
				: new SimpleClientHttpRequestFactory();
		TestClient client = client().attempts(2, 1).time(TimeSource.system());
		String large = "{\"prompt\":\"" + "text ".repeat(50_000) + "\"}";
		try (LocalProvider provider = new LocalProvider(json("{}"))) {
			RestClient rest = RestClient.builder()
				.requestFactory(new RateLimitRequestFactory(factory, client.limiter()))
				.baseUrl(provider.url())
				.build();
			for (MediaType type : List.of(MediaType.APPLICATION_JSON, MediaType.APPLICATION_OCTET_STREAM)) {
				for (Object body : List.of(large, large.getBytes(), stream(large))) {
					provider.answers(inTurn(status(429, "{}", "retry-after-ms", "1"), json("{}")));
					rest.post().contentType(type).body(body).retrieve().toBodilessEntity();
				}
			}
			provider.answers(json("{}"));
			rest.get().retrieve().toBodilessEntity();
			assertThat(provider.bodies()).hasSize(13);
			assertThat(provider.bodies().subList(0, 12)).containsOnly(large);
			assertThat(provider.bodies().get(12)).isEmpty();
		}
	}

	/** A server may respond before it has read a body that is sent again. */
	@Test
	void the_memory_of_a_body_is_not_used_again_while_it_is_sent() throws Exception {
		CountDownLatch responded = new CountDownLatch(1);
		SlowStream slow = new SlowStream(responded);
		List<CompletableFuture<Void>> sent = new ArrayList<>();
		post((body) -> {
			write(body, OutputStream.nullOutputStream());
			sent.add(TestThreads.run(() -> write(body, slow)));
			assertThat(slow.began.await(10, TimeUnit.SECONDS)).isTrue();
		}, "{\"prompt\":\"first\"}");
		post((body) -> write(body, OutputStream.nullOutputStream()), "{\"prompt\":\"other\"}");
		responded.countDown();
		sent.get(0).get(10, TimeUnit.SECONDS);
		assertThat(slow.received.toString(StandardCharsets.UTF_8)).isEqualTo("{\"prompt\":\"first\"}");
	}

	@Test
	void a_body_can_be_sent_after_the_response_if_it_was_not_sent_before() throws Exception {
		List<StreamingHttpOutputMessage.Body> bodies = new ArrayList<>();
		post(bodies::add, "{\"prompt\":\"first\"}");
		post((body) -> write(body, OutputStream.nullOutputStream()), "{\"prompt\":\"other\"}");
		ByteArrayOutputStream received = new ByteArrayOutputStream();
		bodies.get(0).writeTo(received);
		assertThat(received.toString(StandardCharsets.UTF_8)).isEqualTo("{\"prompt\":\"first\"}");
	}

	@Test
	void a_body_that_was_sent_cannot_be_sent_after_the_response() throws Exception {
		List<StreamingHttpOutputMessage.Body> bodies = new ArrayList<>();
		post((body) -> {
			write(body, OutputStream.nullOutputStream());
			bodies.add(body);
		}, MODEL);
		post((body) -> write(body, OutputStream.nullOutputStream()), "{\"prompt\":\"other\"}");
		assertThatIOException().isThrownBy(() -> bodies.get(0).writeTo(OutputStream.nullOutputStream()))
			.withMessageContaining("after its response was received");
	}

	/** A client may still have the bytes that it failed to send. */
	@Test
	void the_memory_of_a_body_that_could_not_be_sent_is_not_used_again() throws Exception {
		List<byte[]> kept = new ArrayList<>();
		OutputStream failing = new OutputStream() {
			@Override
			public void write(int b) {
			}

			@Override
			public void write(byte[] bytes, int offset, int length) throws IOException {
				kept.add(bytes);
				throw new IOException("The connection was closed");
			}
		};
		post((body) -> assertThatIOException().isThrownBy(() -> body.writeTo(failing)), "{\"prompt\":\"first\"}");
		post((body) -> write(body, OutputStream.nullOutputStream()), "{\"prompt\":\"other\"}");
		assertThat(new String(kept.get(0), StandardCharsets.UTF_8)).startsWith("{\"prompt\":\"first\"}");
	}

	@Test
	void what_is_written_after_the_response_does_not_change_a_later_request() throws IOException {
		String prompt = "{\"prompt\":\"" + "text ".repeat(50) + "\"}";
		send(prompt.repeat(2)).close();
		OutputStream body = send(MODEL);
		ClientHttpRequest later = limited(client()).createRequest(ADDRESS, HttpMethod.POST);
		later.getBody().write(prompt.getBytes());
		body.write("late".getBytes());
		later.execute().close();
		assertThat(this.sent.get(2)).containsExactly(prompt, prompt);
	}

	private OutputStream send(String text) throws IOException {
		ClientHttpRequest request = limited(client()).createRequest(ADDRESS, HttpMethod.POST);
		OutputStream body = request.getBody();
		body.write(text.getBytes());
		request.execute().close();
		return body;
	}

	/** As where an application limits the factory of a builder that limits it as well. */
	@Test
	void a_body_is_sent_again_where_two_factories_limit_the_request() throws IOException {
		TestClient client = client().attempts(2, 1).time(TimeSource.system());
		try (LocalProvider provider = new LocalProvider(inTurn(status(429, "{}", "retry-after-ms", "1"), json("{}")))) {
			RestClient.builder()
				.requestFactory(new RateLimitRequestFactory(
						new RateLimitRequestFactory(new JdkClientHttpRequestFactory(), client.limiter()),
						client.limiter()))
				.baseUrl(provider.url())
				.build()
				.post()
				.contentType(MediaType.APPLICATION_JSON)
				.body(MODEL)
				.retrieve()
				.toBodilessEntity();
			assertThat(provider.bodies()).containsExactly(MODEL, MODEL);
		}
	}

	private void post(Sending sending, String json) throws Exception {
		RestClient.builder()
			.requestFactory(new RateLimitRequestFactory((uri, method) -> new SendingRequest(uri, method, sending),
					client().limiter()))
			.baseUrl(ADDRESS)
			.build()
			.post()
			.contentType(MediaType.APPLICATION_JSON)
			.body(json)
			.retrieve()
			.toBodilessEntity();
	}

	private static void write(StreamingHttpOutputMessage.Body body, OutputStream stream) {
		try {
			body.writeTo(stream);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	@Test
	void parallel_requests_send_their_own_bodies() throws Exception {
		TestClient client = client().time(TimeSource.system());
		ExecutorService threads = Executors.newFixedThreadPool(8);
		try (LocalProvider provider = new LocalProvider(json("{}"))) {
			RestClient rest = RestClient.builder()
				.requestFactory(new RateLimitRequestFactory(new JdkClientHttpRequestFactory(), client.limiter()))
				.baseUrl(provider.url())
				.build();
			List<String> bodies = IntStream.range(0, 1000)
				.mapToObj((i) -> "{\"prompt\":\"" + (i + " ").repeat(1 + i * 37 % 500) + "\"}")
				.toList();
			List<Future<?>> sent = new ArrayList<>();
			bodies.forEach((body) -> sent.add(threads.submit(() -> rest.post()
				.contentType(MediaType.APPLICATION_JSON)
				.body(body)
				.retrieve()
				.toBodilessEntity())));
			for (Future<?> each : sent) {
				each.get(30, TimeUnit.SECONDS);
			}
			assertThat(provider.bodies()).containsExactlyInAnyOrderElementsOf(bodies);
		}
		finally {
			threads.shutdownNow();
		}
	}

	private static InputStreamResource stream(String text) {
		return new InputStreamResource(new ByteArrayInputStream(text.getBytes(StandardCharsets.US_ASCII)));
	}

	@FunctionalInterface
	private interface Sending {

		void send(StreamingHttpOutputMessage.@Nullable Body body) throws Exception;

	}

	/** Sends its body as the test says, and gets its response then. */
	private static final class SendingRequest extends AbstractStreamingClientHttpRequest {

		private final URI uri;

		private final HttpMethod method;

		private final Sending sending;

		private SendingRequest(URI uri, HttpMethod method, Sending sending) {
			this.uri = uri;
			this.method = method;
			this.sending = sending;
		}

		@Override
		public HttpMethod getMethod() {
			return this.method;
		}

		@Override
		public URI getURI() {
			return this.uri;
		}

		@Override
		protected ClientHttpResponse executeInternal(HttpHeaders headers, @Nullable Body body) throws IOException {
			try {
				this.sending.send(body);
			}
			catch (IOException ex) {
				throw ex;
			}
			catch (Exception ex) {
				throw new IOException(ex);
			}
			return new MockClientHttpResponse(new byte[0], HttpStatus.OK);
		}

	}

	/** Takes what is written to it only after the response. */
	private static final class SlowStream extends OutputStream {

		private final CountDownLatch began = new CountDownLatch(1);

		private final CountDownLatch responded;

		private final ByteArrayOutputStream received = new ByteArrayOutputStream();

		private SlowStream(CountDownLatch responded) {
			this.responded = responded;
		}

		@Override
		public void write(int b) throws IOException {
			write(new byte[] { (byte) b }, 0, 1);
		}

		@Override
		public void write(byte[] bytes, int offset, int length) throws IOException {
			this.began.countDown();
			try {
				this.responded.await();
			}
			catch (InterruptedException ex) {
				throw new InterruptedIOException();
			}
			this.received.write(bytes, offset, length);
		}

	}

}
