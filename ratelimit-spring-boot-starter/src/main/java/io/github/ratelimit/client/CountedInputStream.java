package io.github.ratelimit.client;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The body of a response, which its call reads along with the caller. Nothing is read
 * ahead or held back. The call ends with the body: when all of it was read, when reading
 * fails, or when it is closed.
 */
public final class CountedInputStream extends InputStream {

	private static final byte[] NOTHING = {};

	private final InputStream body;

	private final ClientCall call;

	private byte[] peeked = NOTHING;

	private int position;

	private @Nullable IOException failure;

	/**
	 * Creates a body.
	 * @param body the response's own
	 * @param call the call that it answers
	 */
	public CountedInputStream(InputStream body, ClientCall call) {
		this.body = body;
		this.call = call;
	}

	/**
	 * Reads the beginning of an error's body, which remains to be read. A failure is kept
	 * for the reader.
	 * @return at most {@link ClientCall#ERROR_BODY_BYTES} bytes of it as text
	 */
	public String peek() {
		byte[] bytes = new byte[ClientCall.ERROR_BODY_BYTES];
		int length = 0;
		try {
			for (int read = 0; read >= 0 && length < bytes.length;) {
				length += read;
				read = this.body.read(bytes, length, bytes.length - length);
			}
		}
		catch (IOException ex) {
			this.failure = ex;
		}
		String text = new String(bytes, 0, length, StandardCharsets.UTF_8);
		this.peeked = text.isEmpty() ? this.peeked : Arrays.copyOf(bytes, length);
		return text;
	}

	@Override
	public int read() throws IOException {
		byte[] one = new byte[1];
		return (read(one, 0, 1) < 0) ? -1 : one[0] & 0xFF;
	}

	@Override
	public int read(byte[] bytes, int offset, int length) throws IOException {
		if (length == 0) {
			return 0;
		}
		if (this.position < this.peeked.length) {
			int read = Math.min(length, this.peeked.length - this.position);
			System.arraycopy(this.peeked, this.position, bytes, offset, read);
			this.position += read;
			return read;
		}
		int read = -1;
		try {
			if (this.failure != null) {
				throw this.failure;
			}
			read = this.body.read(bytes, offset, length);
		}
		finally {
			if (read < 0) {
				this.call.close();
			}
		}
		if (read > 0) {
			this.call.body(bytes, offset, read);
		}
		return read;
	}

	@Override
	public int available() throws IOException {
		return (this.position < this.peeked.length) ? this.peeked.length - this.position : this.body.available();
	}

	@Override
	public void close() throws IOException {
		try {
			this.body.close();
		}
		finally {
			this.call.close();
		}
	}

}
