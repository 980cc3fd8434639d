package io.github.ratelimit.client.http;

import io.github.ratelimit.client.OutboundBody;
import io.github.ratelimit.provider.usage.ModelRequest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.springframework.http.StreamingHttpOutputMessage;

/**
 * A body in memory, which can be sent repeatedly until it is released. Its memory is used
 * again for later bodies, unless it is still being sent. Filled by one thread;
 * thread-safe afterwards.
 */
final class KeptBody extends ByteArrayOutputStream implements StreamingHttpOutputMessage.Body {

	private static final byte[] NOTHING = {};

	/** A longer array is not used again. */
	private static final int MAX_LENGTH = 64 * 1024;

	/** One array for each of a few groups of threads, at most 4 MiB in all. */
	private static final AtomicReferenceArray<byte[]> BUFFERS = new AtomicReferenceArray<>(64);

	private final boolean pooled;

	/** How many threads send it now, or have failed to send it. */
	private int senders;

	/** Whether it has been sent. */
	private boolean sent;

	private boolean released;

	/** Creates a body that is written to it. */
	KeptBody() {
		super(0);
		byte[] buffer = BUFFERS.getAndSet(slot(), null);
		this.buf = (buffer != null) ? buffer : NOTHING;
		this.pooled = true;
	}

	/** Creates a body of these bytes, which it does not copy. */
	KeptBody(byte[] bytes) {
		super(0);
		this.buf = bytes;
		this.count = bytes.length;
		this.pooled = false;
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
		stream.write(this.buf, 0, this.count);
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
		return (this.count > 0) ? OutboundBody.facts(this.buf, 0, this.count) : ModelRequest.NONE;
	}

	/**
	 * Gives the memory back after the response has been received. A server may respond
	 * before it has all of the body, or any of it: then the memory is not used again.
	 */
	synchronized void release() {
		if (this.pooled && this.sent && this.senders == 0 && !this.released) {
			this.released = true;
			if (this.buf.length <= MAX_LENGTH) {
				BUFFERS.setRelease(slot(), this.buf);
			}
			// the stream may still be written to, which must not reach a later request
			this.buf = NOTHING;
			this.count = 0;
		}
	}

	private static int slot() {
		return (int) Thread.currentThread().getId() & (BUFFERS.length() - 1);
	}

}
