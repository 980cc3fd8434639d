package io.github.ratelimit.client.reactive;

import io.github.ratelimit.client.ClientCall;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicBoolean;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.core.io.buffer.DefaultDataBufferFactory;
import org.springframework.web.reactive.function.BodyExtractors;
import org.springframework.web.reactive.function.client.ClientResponse;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * The body of an error, whose beginning is kept on its way to the caller. Its end reports
 * the response and ends the call.
 */
final class ErrorResponseBody implements CountedBody.Reader {

	/** What the codecs of a client read of a body at most, unless configured. */
	private static final int MAX_ERROR_BYTES = 256 * 1024;

	private final Runnable begins;

	private final ClientCall call;

	private final ClientResponse response;

	private final ByteArrayOutputStream beginning = new ByteArrayOutputStream();

	private final AtomicBoolean reported = new AtomicBoolean();

	/**
	 * Creates a body.
	 * @param begins runs when the caller begins to read it
	 * @param call the call
	 * @param response its response
	 */
	ErrorResponseBody(Runnable begins, ClientCall call, ClientResponse response) {
		this.begins = begins;
		this.call = call;
		this.response = response;
	}

	/**
	 * Returns the response of an error after all of its body has been read, so that the
	 * request can be sent again.
	 */
	static Mono<ClientResponse> readAll(ClientResponse response) {
		return DataBufferUtils.join(response.body(BodyExtractors.toDataBuffers()), MAX_ERROR_BYTES)
			.map(ErrorResponseBody::bytes)
			.defaultIfEmpty(new byte[0])
			.map((bytes) -> response.mutate().body((read) -> flux(bytes)).build());
	}

	private static byte[] bytes(DataBuffer buffer) {
		byte[] bytes = new byte[buffer.readableByteCount()];
		buffer.read(bytes);
		DataBufferUtils.release(buffer);
		return bytes;
	}

	private static Flux<DataBuffer> flux(byte[] bytes) {
		return Flux.defer(() -> Flux.just(DefaultDataBufferFactory.sharedInstance.wrap(bytes)));
	}

	@Override
	public void begin() {
		this.begins.run();
	}

	/** Keeps a piece, and leaves it to be read. */
	@Override
	public void read(ByteBuffer piece) {
		byte[] bytes = new byte[Math.min(piece.remaining(), ClientCall.ERROR_BODY_BYTES - this.beginning.size())];
		piece.get(piece.position(), bytes);
		this.beginning.writeBytes(bytes);
	}

	@Override
	public void end() {
		report();
	}

	/** Reports the response with as much of the body as has come. */
	void report() {
		if (this.reported.compareAndSet(false, true)) {
			this.call.head(this.response.statusCode().value(), this.response.headers().asHttpHeaders()::getFirst,
					this.beginning.toString(StandardCharsets.UTF_8));
			this.call.close();
		}
	}

}
