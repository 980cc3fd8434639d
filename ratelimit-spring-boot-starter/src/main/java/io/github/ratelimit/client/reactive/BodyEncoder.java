package io.github.ratelimit.client.reactive;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.BiFunction;

import io.github.ratelimit.client.OutboundBody;
import io.github.ratelimit.provider.usage.ModelRequest;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.springframework.core.ResolvableType;
import org.springframework.core.codec.CodecException;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ReactiveHttpOutputMessage;
import org.springframework.http.codec.HttpMessageWriter;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.web.reactive.function.BodyInserter;
import org.springframework.web.reactive.function.BodyInserters;
import org.springframework.web.reactive.function.client.ClientRequest;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.ExchangeStrategies;
import org.springframework.web.reactive.function.client.WebClientRequestException;
import reactor.core.publisher.Mono;

/**
 * Encodes the bodies of a client's requests before they are sent, to determine their
 * size. A filter does not have its client's encoders; it gets them from the first request
 * that is sent. Until then Spring's defaults determine the size of plain values, which
 * the client encodes again. Thread-safe.
 */
final class BodyEncoder {

	/** The client's writers, which are always the same list. */
	private volatile @Nullable List<HttpMessageWriter<?>> writers;

	/**
	 * Sends a request: marked as limited, and encoded if the client's writers are known
	 * and its body is a single value.
	 * @param request the request
	 * @param send sends it; takes the request as it is sent, and its size
	 * @return the response
	 */
	Mono<ClientResponse> encoded(ClientRequest request,
			BiFunction<ClientRequest, ModelRequest, Mono<ClientResponse>> send) {
		if (request.body() == BodyInserters.empty() || !isReadable(request.headers())) {
			return send.apply(new LimitedRequest(request, this), ModelRequest.NONE);
		}
		List<HttpMessageWriter<?>> writers = this.writers;
		RecordedRequest recorded = new RecordedRequest(request);
		return encode(request, recorded, writers).then(Mono.defer(() -> {
			ByteBuffer bytes = recorded.bytes();
			// the client encodes a body again that is not kept, and shows its writers
			return send.apply(
					(bytes != null && writers != null) ? new LimitedRequest(request, this, recorded, writers)
							: new LimitedRequest(request, this),
					(bytes != null && isReadable(recorded.getHeaders())) ? facts(bytes) : ModelRequest.NONE);
		}));
	}

	private static Mono<Void> encode(ClientRequest request, RecordedRequest recorded,
			@Nullable List<HttpMessageWriter<?>> writers) {
		Mono<Void> encoded;
		try {
			encoded = request.body().insert(recorded, new Context((writers != null) ? writers : Defaults.WRITERS));
		}
		catch (RuntimeException ex) {
			encoded = Mono.error(ex);
		}
		return (writers != null) ? encoded.onErrorMap((failure) -> asOfClient(failure, request))
				: encoded.onErrorComplete();
	}

	private static boolean isReadable(HttpHeaders headers) {
		return OutboundBody.isReadable(headers.getFirst(OutboundBody.CONTENT_TYPE));
	}

	private static ModelRequest facts(ByteBuffer bytes) {
		return OutboundBody.facts(bytes.array(), bytes.arrayOffset() + bytes.position(), bytes.remaining());
	}

	/** A body that cannot be encoded fails the request as it does without this filter. */
	private static Throwable asOfClient(Throwable failure, ClientRequest request) {
		return (failure instanceof CodecException || !(failure instanceof Exception exception)) ? failure
				: new WebClientRequestException(exception, request.method(), request.url(), request.headers());
	}

	void learn(List<HttpMessageWriter<?>> writers) {
		this.writers = writers;
	}

	private record Context(List<HttpMessageWriter<?>> messageWriters) implements BodyInserter.Context {

		@Override
		public Optional<ServerHttpRequest> serverRequest() {
			return Optional.empty();
		}

		@Override
		public Map<String, Object> hints() {
			return Map.of();
		}

	}

	private static final class Defaults {

		private static final List<HttpMessageWriter<?>> WRITERS = ExchangeStrategies.withDefaults()
			.messageWriters()
			.stream()
			.<HttpMessageWriter<?>>map(ValueWriter::new)
			.toList();

	}

	/**
	 * Writes values, which can be written twice, but no publishers.
	 */
	private record ValueWriter<T>(HttpMessageWriter<T> writer) implements HttpMessageWriter<T> {

		@Override
		public List<MediaType> getWritableMediaTypes() {
			return this.writer.getWritableMediaTypes();
		}

		@Override
		public boolean canWrite(ResolvableType type, @Nullable MediaType mediaType) {
			return this.writer.canWrite(type, mediaType);
		}

		@Override
		public Mono<Void> write(Publisher<? extends T> body, ResolvableType type, @Nullable MediaType mediaType,
				ReactiveHttpOutputMessage message, Map<String, Object> hints) {
			return (body instanceof Callable) ? this.writer.write(body, type, mediaType, message, hints) : Mono.empty();
		}

	}

}
