package io.github.ratelimit.client.reactive;

import java.nio.ByteBuffer;
import java.util.List;

import org.springframework.http.HttpHeaders;
import org.springframework.http.client.reactive.ClientHttpRequest;
import org.springframework.http.codec.HttpMessageWriter;
import org.springframework.web.reactive.function.BodyInserter;
import org.springframework.web.reactive.function.client.ClientRequest;
import reactor.core.publisher.Mono;

/**
 * The body of a request as its client's writers have encoded it. Another client, which
 * shares the filter but not the writers, encodes the body as the application gave it.
 */
final class EncodedBody implements BodyInserter<Object, ClientHttpRequest> {

	private final BodyEncoder encoder;

	private final ClientRequest original;

	/** Those of the original, and what encoding the body has set. */
	private final HttpHeaders headers;

	private final ByteBuffer bytes;

	private final List<HttpMessageWriter<?>> writers;

	EncodedBody(BodyEncoder encoder, ClientRequest original, HttpHeaders headers, ByteBuffer bytes,
			List<HttpMessageWriter<?>> writers) {
		this.encoder = encoder;
		this.original = original;
		this.headers = headers;
		this.bytes = bytes;
		this.writers = writers;
	}

	@Override
	public Mono<Void> insert(ClientHttpRequest request, Context context) {
		if (context.messageWriters() != this.writers) {
			return encodeAgain(request, context);
		}
		return request.writeWith(Mono.fromSupplier(() -> request.bufferFactory().wrap(this.bytes.duplicate())));
	}

	private Mono<Void> encodeAgain(ClientHttpRequest request, Context context) {
		this.encoder.learn(context.messageWriters());
		this.headers.headerNames().forEach(request.getHeaders()::remove);
		request.getHeaders().addAll(this.original.headers());
		return this.original.body().insert(request, context);
	}

}
