package io.github.ratelimit.client.http;

import static io.github.ratelimit.client.LocalProvider.inTurn;
import static io.github.ratelimit.client.LocalProvider.json;
import static io.github.ratelimit.client.LocalProvider.status;
import static io.github.ratelimit.client.TestClient.client;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.sun.management.ThreadMXBean;
import io.github.ratelimit.TimeSource;
import io.github.ratelimit.client.ClientLimiter;
import io.github.ratelimit.client.LocalProvider;
import io.github.ratelimit.client.TestClient;
import io.github.ratelimit.provider.dialect.Dimension;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.client.AbstractClientHttpRequest;
import org.springframework.http.client.ClientHttpRequest;
import org.springframework.http.client.ClientHttpRequestFactory;
import org.springframework.http.client.ClientHttpResponse;
import org.springframework.http.client.SimpleClientHttpRequestFactory;
import org.springframework.mock.http.client.MockClientHttpResponse;
import org.springframework.web.client.RestClient;

/** All that holds for the interceptor holds for the factory. */
class RateLimitRequestFactoryTests extends RateLimitClientInterceptorTests {

	private static final String USAGE = "{\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":5}}";

	@Override
	RestClient.Builder limited(ClientHttpRequestFactory factory, ClientLimiter limiter) {
		return RestClient.builder().requestFactory(new RateLimitRequestFactory(factory, limiter));
	}

	@Test
	void requests_to_other_addresses_are_those_of_the_factory_below() throws IOException {
		TestClient client = client().match("https://api.openai.com/**");
		ClientHttpRequestFactory factory = new RateLimitRequestFactory(new SimpleClientHttpRequestFactory(),
				TestClient.limiters(client));
		ClientHttpRequest other = factory.createRequest(URI.create("https://example.com/"), HttpMethod.GET);
		assertThat(other.getClass().getPackage()).isEqualTo(SimpleClientHttpRequestFactory.class.getPackage());
	}

	@Test
	void a_request_that_passes_several_adapters_is_counted_once() throws IOException {
		TestClient client = client().tokens(10_000);
		try (LocalProvider provider = new LocalProvider(json(USAGE))) {
			ClientHttpRequestFactory inner = new RateLimitRequestFactory(new SimpleClientHttpRequestFactory(),
					client.limiter());
			RestClient rest = limited(inner, client.limiter())
				.requestInterceptor(new RateLimitClientInterceptor(client.limiter()))
				.build();
			String response = rest.post()
				.uri(provider.url())
				.contentType(MediaType.APPLICATION_JSON)
				.body("{}")
				.retrieve()
				.body(String.class);
			assertThat(response).isEqualTo(USAGE);
		}
		assertThat(client.spent(Dimension.REQUESTS)).isEqualTo(1);
		assertThat(client.outcomes()).hasSize(1);
	}

	@Test
	void the_credential_that_an_interceptor_adds_is_seen() throws IOException {
		TestClient client = client();
		try (LocalProvider provider = new LocalProvider(json(USAGE))) {
			RestClient rest = limited(new SimpleClientHttpRequestFactory(), client.limiter())
				.requestInterceptor((request, body, execution) -> {
					request.getHeaders().setBearerAuth("key-" + body.length);
					return execution.execute(request, body);
				})
				.build();
			for (String body : List.of("{}", "{} ", "{}")) {
				rest.post().uri(provider.url()).body(body).retrieve().toBodilessEntity();
			}
		}
		assertThat(client.limiter().accounts()).hasSize(2);
	}

	@Test
	void a_body_that_is_written_in_pieces_arrives_whole() throws IOException {
		TestClient client = client().tokens(10_000);
		try (LocalProvider provider = new LocalProvider(json(USAGE))) {
			ClientHttpRequest request = new RateLimitRequestFactory(new SimpleClientHttpRequestFactory(),
					client.limiter())
				.createRequest(URI.create(provider.url()), HttpMethod.POST);
			request.getHeaders().setContentType(MediaType.APPLICATION_JSON);
			OutputStream body = request.getBody();
			body.write('{');
			body.write("\"model\":\"gpt".getBytes());
			request.getBody().write("-4o\"}".getBytes(), 0, 5);
			request.execute().close();
			assertThat(provider.bodies()).containsExactly("{\"model\":\"gpt-4o\"}");
		}
		assertThat(client.models()).containsExactly("gpt-4o");
	}

	@Test
	void headers_that_the_factory_below_sets_are_not_doubled_when_a_request_is_sent_again() throws IOException {
		List<List<String>> credentials = new ArrayList<>();
		TestClient client = client().attempts(2, 1).time(TimeSource.system());
		try (LocalProvider provider = new LocalProvider(json(USAGE))) {
			LocalProvider.Answer answer = inTurn(status(429, "{}", "retry-after-ms", "1"), json(USAGE));
			provider.answers((exchange) -> {
				credentials.add(exchange.getRequestHeaders().get("Authorization"));
				answer.give(exchange);
			});
			ClientHttpRequestFactory simple = new SimpleClientHttpRequestFactory();
			RestClient rest = limited((uri, method) -> {
				ClientHttpRequest request = simple.createRequest(uri, method);
				request.getHeaders().setBearerAuth("secret");
				return request;
			}, client.limiter()).build();
			rest.post().uri(provider.url()).body("{}").retrieve().toBodilessEntity();
		}
		assertThat(credentials).containsExactly(List.of("Bearer secret"), List.of("Bearer secret"));
	}

	@Test
	void a_request_that_failed_can_be_executed_again_if_the_one_below_can() throws IOException {
		List<String> sent = new ArrayList<>();
		ClientHttpRequest request = new RateLimitRequestFactory((uri, method) -> new FailingOnce(sent),
				client().limiter())
			.createRequest(URI.create("https://example.com/"), HttpMethod.POST);
		request.getHeaders().setContentType(MediaType.APPLICATION_JSON);
		request.getBody().write("{}".getBytes(StandardCharsets.US_ASCII));
		assertThatExceptionOfType(IOException.class).isThrownBy(request::execute);
		request.execute().close();
		assertThat(sent).containsExactly("{}", "{}");
	}

	@Test
	void a_body_is_not_copied_for_a_request_that_does_not_stream() throws IOException {
		ClientHttpRequestFactory factory = new RateLimitRequestFactory((uri, method) -> new Discarded(),
				client().limiter());
		byte[] body = ("{\"prompt\":\"" + "x ".repeat(500_000) + "\"}").getBytes(StandardCharsets.US_ASCII);
		ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
		long allocated = 0;
		for (int i = 0; i < 3; i++) {
			long before = threads.getCurrentThreadAllocatedBytes();
			factory.createRequest(URI.create("https://example.com/"), HttpMethod.POST).getBody().write(body);
			allocated = threads.getCurrentThreadAllocatedBytes() - before;
		}
		assertThat(allocated).isLessThan(body.length / 10);
	}

	/** Its connection is reset at first. */
	private static final class FailingOnce extends AbstractClientHttpRequest {

		private final List<String> sent;

		private final ByteArrayOutputStream body = new ByteArrayOutputStream();

		private FailingOnce(List<String> sent) {
			this.sent = sent;
		}

		@Override
		public HttpMethod getMethod() {
			return HttpMethod.POST;
		}

		@Override
		public URI getURI() {
			return URI.create("https://example.com/");
		}

		@Override
		protected OutputStream getBodyInternal(HttpHeaders headers) {
			return this.body;
		}

		@Override
		protected ClientHttpResponse executeInternal(HttpHeaders headers) throws IOException {
			this.sent.add(this.body.toString(StandardCharsets.US_ASCII));
			if (this.sent.size() == 1) {
				throw new IOException("Connection reset");
			}
			return new MockClientHttpResponse(new byte[0], HttpStatus.OK);
		}

	}

	private static final class Discarded extends AbstractClientHttpRequest {

		@Override
		public HttpMethod getMethod() {
			return HttpMethod.POST;
		}

		@Override
		public URI getURI() {
			return URI.create("https://example.com/");
		}

		@Override
		protected OutputStream getBodyInternal(HttpHeaders headers) {
			return OutputStream.nullOutputStream();
		}

		@Override
		protected ClientHttpResponse executeInternal(HttpHeaders headers) {
			throw new UnsupportedOperationException();
		}

	}

}
