package io.github.ratelimit.client.reactive;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicBoolean;

import io.github.ratelimit.client.ClientCall;
import org.springframework.web.reactive.function.client.ClientResponse;

/**
 * The body of an error, whose beginning is kept on its way to the caller. Its end reports
 * the response and ends the call.
 */
final class ErrorResponseBody {

	private final ClientCall call;

	private final ClientResponse response;

	private final ByteArrayOutputStream beginning = new ByteArrayOutputStream();

	private final AtomicBoolean reported = new AtomicBoolean();

	ErrorResponseBody(ClientCall call, ClientResponse response) {
		this.call = call;
		this.response = response;
	}

	/** Keeps a piece, and leaves it to be read. */
	void keep(ByteBuffer piece) {
		byte[] bytes = new byte[Math.min(piece.remaining(), ClientCall.ERROR_BODY_BYTES - this.beginning.size())];
		piece.get(piece.position(), bytes);
		this.beginning.writeBytes(bytes);
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
