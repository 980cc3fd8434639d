package io.github.ratelimit.benchmarks.outbound;

import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.function.Function;
import org.reactivestreams.Publisher;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferFactory;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.core.io.buffer.DefaultDataBufferFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseCookie;
import org.springframework.http.client.AbstractStreamingClientHttpRequest;
import org.springframework.http.client.ClientHttpRequestFactory;
import org.springframework.http.client.ClientHttpResponse;
import org.springframework.http.client.reactive.AbstractClientHttpRequest;
import org.springframework.http.client.reactive.ClientHttpConnector;
import org.springframework.http.client.reactive.ClientHttpRequest;
import org.springframework.util.LinkedMultiValueMap;
import org.springframework.util.MultiValueMap;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * A model whose responses are in memory: what Spring's clients use instead of sockets.
 */
final class LocalModel {

	static final byte[] RESPONSE = ("{\"id\":\"chatcmpl-1\",\"choices\":[{\"message\":{\"role\":\"assistant\","
			+ "\"content\":\"" + "None of them is longer than the others. ".repeat(40)
			+ "\"}}],\"usage\":{\"prompt_tokens\":420,\"completion_tokens\":380,\"total_tokens\":800}}")
		.getBytes(StandardCharsets.UTF_8);

	static final HttpHeaders HEADERS = HttpHeaders.readOnlyHttpHeaders(headers());

	private LocalModel() {
	}

	/** A limit that no round uses up, reported as OpenAI does. */
	private static HttpHeaders headers() {
		HttpHeaders headers = new HttpHeaders();
		headers.setContentType(MediaType.APPLICATION_JSON);
		headers.setContentLength(RESPONSE.length);
		headers.set("x-ratelimit-limit-requests", "1000000000");
		headers.set("x-ratelimit-remaining-requests", "999999990");
		headers.set("x-ratelimit-reset-requests", "1ms");
		headers.set("x-ratelimit-limit-tokens", "1000000000000");
		headers.set("x-ratelimit-remaining-tokens", "999999990000");
		headers.set("x-ratelimit-reset-tokens", "1ms");
		return headers;
	}

	/** The response in pieces, as from a socket; an array could be returned whole. */
	static InputStream socket() {
		return new FilterInputStream(new ByteArrayInputStream(RESPONSE)) {
		};
	}

	/** Of {@code RestClient}. */
	static final class Blocking implements ClientHttpRequestFactory {

		@Override
		public org.springframework.http.client.ClientHttpRequest createRequest(URI uri, HttpMethod method) {
			return new BlockingRequest(uri, method);
		}

	}

	private static final class BlockingRequest extends AbstractStreamingClientHttpRequest {

		private final URI uri;

		private final HttpMethod method;

		private BlockingRequest(URI uri, HttpMethod method) {
			this.uri = uri;
			this.method = method;
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
		protected ClientHttpResponse executeInternal(HttpHeaders headers, Body body) throws IOException {
			body.writeTo(OutputStream.nullOutputStream());
			return new BlockingResponse();
		}

	}

	private static final class BlockingResponse implements ClientHttpResponse {

		private final InputStream body = new ByteArrayInputStream(RESPONSE);

		@Override
		public HttpStatusCode getStatusCode() {
			return HttpStatus.OK;
		}

		@Override
		public String getStatusText() {
			return "OK";
		}

		@Override
		public HttpHeaders getHeaders() {
			return HEADERS;
		}

		@Override
		public InputStream getBody() {
			return this.body;
		}

		@Override
		public void close() {
			// nothing is open
		}

	}

	/** Of {@code WebClient}. */
	static final class Reactive implements ClientHttpConnector {

		@Override
		public Mono<org.springframework.http.client.reactive.ClientHttpResponse> connect(HttpMethod method, URI uri,
				Function<? super ClientHttpRequest, Mono<Void>> requestCallback) {
			return requestCallback.apply(new ReactiveRequest(uri, method))
				.then(Mono.fromSupplier(ReactiveResponse::new));
		}

	}

	private static final class ReactiveRequest extends AbstractClientHttpRequest {

		private final URI uri;

		private final HttpMethod method;

		private ReactiveRequest(URI uri, HttpMethod method) {
			this.uri = uri;
			this.method = method;
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
		public DataBufferFactory bufferFactory() {
			return DefaultDataBufferFactory.sharedInstance;
		}

		@Override
		@SuppressWarnings("unchecked")
		public <T> T getNativeRequest() {
			return (T) this;
		}

		@Override
		public Mono<Void> writeWith(Publisher<? extends DataBuffer> body) {
			return doCommit(() -> Flux.from(body).doOnNext(DataBufferUtils::release).then());
		}

		@Override
		public Mono<Void> writeAndFlushWith(Publisher<? extends Publisher<? extends DataBuffer>> body) {
			return writeWith(Flux.from(body).concatMap((piece) -> piece));
		}

		@Override
		public Mono<Void> setComplete() {
			return doCommit();
		}

		@Override
		protected void applyHeaders() {
			// nothing is sent
		}

		@Override
		protected void applyCookies() {
			// nothing is sent
		}

	}

	private static final class ReactiveResponse implements org.springframework.http.client.reactive.ClientHttpResponse {

		private static final MultiValueMap<String, ResponseCookie> NO_COOKIES = new LinkedMultiValueMap<>(Map.of());

		@Override
		public HttpStatusCode getStatusCode() {
			return HttpStatus.OK;
		}

		@Override
		public HttpHeaders getHeaders() {
			return HEADERS;
		}

		@Override
		public MultiValueMap<String, ResponseCookie> getCookies() {
			return NO_COOKIES;
		}

		@Override
		public Flux<DataBuffer> getBody() {
			return Flux.defer(() -> Flux.just(DefaultDataBufferFactory.sharedInstance.wrap(RESPONSE)));
		}

	}

}
