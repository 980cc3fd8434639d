package io.github.ratelimit.client.reactive;

import java.util.List;

import io.github.ratelimit.client.OutboundBody;
import io.github.ratelimit.provider.usage.ModelRequest;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.client.reactive.ClientHttpRequest;
import org.springframework.http.codec.HttpMessageWriter;
import org.springframework.web.reactive.function.BodyInserter;
import reactor.core.publisher.Mono;

/**
 * The body of a request, encoded if it could be. What was encoded is sent if the client's
 * own writers did it; otherwise the client encodes the body as the application gave it.
 */
final class EncodedBody implements BodyInserter<Object, ClientHttpRequest> {

	private final BodyEncoder encoder;

	private final BodyInserter<?, ? super ClientHttpRequest> original;

	private final byte @Nullable [] bytes;

	private final HttpHeaders headers;

	private final @Nullable List<HttpMessageWriter<?>> writers;

	private EncodedBody(BodyEncoder encoder, BodyInserter<?, ? super ClientHttpRequest> original,
			byte @Nullable [] bytes, HttpHeaders headers, @Nullable List<HttpMessageWriter<?>> writers) {
		this.encoder = encoder;
		this.original = original;
		this.bytes = bytes;
		this.headers = headers;
		this.writers = writers;
	}

	static EncodedBody unread(BodyEncoder encoder, BodyInserter<?, ? super ClientHttpRequest> original) {
		return new EncodedBody(encoder, original, null, HttpHeaders.EMPTY, null);
	}

	/**
	 * Returns a body that was written to a request.
	 * @param encoder learns the client's writers
	 * @param original the body as the application gave it
	 * @param recorded what was written
	 * @param writers the client's writers, if they wrote it
	 */
	static EncodedBody of(BodyEncoder encoder, BodyInserter<?, ? super ClientHttpRequest> original,
			RecordedRequest recorded, @Nullable List<HttpMessageWriter<?>> writers) {
		return new EncodedBody(encoder, original, recorded.bytes(), recorded.getHeaders(), writers);
	}

	ModelRequest facts() {
		if (this.bytes == null || !OutboundBody.isReadable(this.headers.getFirst(HttpHeaders.CONTENT_TYPE))) {
			return ModelRequest.NONE;
		}
		OutboundBody read = new OutboundBody();
		read.write(this.bytes, 0, this.bytes.length);
		return read.facts();
	}

	@Override
	public Mono<Void> insert(ClientHttpRequest request, Context context) {
		byte[] bytes = this.bytes;
		if (bytes == null || context.messageWriters() != this.writers) {
			this.encoder.learn(context.messageWriters());
			return this.original.insert(request, context);
		}
		this.headers.forEach(request.getHeaders()::put);
		return request.writeWith(Mono.fromSupplier(() -> request.bufferFactory().wrap(bytes)));
	}

}
