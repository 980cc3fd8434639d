package io.github.ratelimit.client.http;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;

import io.github.ratelimit.client.OutboundBody;
import io.github.ratelimit.provider.usage.ModelRequest;
import org.springframework.http.StreamingHttpOutputMessage;

/**
 * A body in memory, which can be sent repeatedly. It mostly is written at once, and then
 * is exactly as large as it has to be.
 */
final class KeptBody extends OutputStream implements StreamingHttpOutputMessage.Body {

	private static final byte[] EMPTY = {};

	private static final int LARGEST_ARRAY = Integer.MAX_VALUE - 8;

	private byte[] bytes;

	private int length;

	/** Creates a body that is written to it. */
	KeptBody() {
		this.bytes = EMPTY;
	}

	/** Creates a body of these bytes, which it does not copy. */
	KeptBody(byte[] bytes) {
		this.bytes = bytes;
		this.length = bytes.length;
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
		stream.write(this.bytes, 0, this.length);
	}

	@Override
	public boolean repeatable() {
		return true;
	}

	/** Reads the whole body. */
	ModelRequest facts() {
		return (this.length > 0) ? OutboundBody.facts(this.bytes, 0, this.length) : ModelRequest.NONE;
	}

}
