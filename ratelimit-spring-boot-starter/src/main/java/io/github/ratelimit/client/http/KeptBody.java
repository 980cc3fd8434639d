package io.github.ratelimit.client.http;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;

import io.github.ratelimit.client.OutboundBody;
import io.github.ratelimit.provider.usage.ModelRequest;
import org.springframework.http.StreamingHttpOutputMessage;

/**
 * A body in memory, which can be sent repeatedly until it is released. Its memory is used
 * again for later bodies, unless it is still being sent. Filled by one thread;
 * thread-safe afterwards.
 */
final class KeptBody extends OutputStream implements StreamingHttpOutputMessage.Body {

	private static final byte[] NOTHING = {};

	private static final int LARGEST_ARRAY = Integer.MAX_VALUE - 8;

	private final boolean pooled;

	private byte[] bytes;

	private int length;

	/** How many threads send it now, or have failed to send it. */
	private int senders;

	/** Whether it has been sent. */
	private boolean sent;

	private boolean released;

	/** Creates a body that is written to it. */
	KeptBody() {
		this.bytes = BodyBuffers.take();
		this.pooled = true;
	}

	/** Creates a body of these bytes, which it does not copy. */
	KeptBody(byte[] bytes) {
		this.bytes = bytes;
		this.length = bytes.length;
		this.pooled = false;
	}

	@Override
	public void write(int b) {
		write(new byte[] { (byte) b }, 0, 1);
	}

	@Override
	public void write(byte[] bytes, int offset, int length) {
		long needed = (long) this.length + length;
		if (needed > LARGEST_ARRAY) {
			throw new OutOfMemoryError("The body of a request is larger than an array");
		}
		if (needed > this.bytes.length) {
			this.bytes = Arrays.copyOf(this.bytes, (int) Math.min(Math.max(needed, 2L * this.length), LARGEST_ARRAY));
		}
		System.arraycopy(bytes, offset, this.bytes, this.length, length);
		this.length += length;
	}

	@Override
	public void writeTo(OutputStream stream) throws IOException {
		synchronized (this) {
			if (this.released) {
				throw new IOException("The body of a request cannot be sent again after its response was received");
			}
			this.senders++;
		}
		// where this fails, the client may still have the bytes
		stream.write(this.bytes, 0, this.length);
		synchronized (this) {
			this.senders--;
			this.sent = true;
		}
	}

	@Override
	public boolean repeatable() {
		return true;
	}

	/** Reads the whole body. */
	ModelRequest facts() {
		return (this.length > 0) ? OutboundBody.facts(this.bytes, 0, this.length) : ModelRequest.NONE;
	}

	/**
	 * Gives the memory back after the response has been received. A server may respond
	 * before it has all of the body, or any of it: then the memory is not used again.
	 */
	synchronized void release() {
		if (this.pooled && this.sent && this.senders == 0 && !this.released) {
			this.released = true;
			BodyBuffers.give(this.bytes);
			// the stream may still be written to, which must not reach a later request
			this.bytes = NOTHING;
			this.length = 0;
		}
	}

}
