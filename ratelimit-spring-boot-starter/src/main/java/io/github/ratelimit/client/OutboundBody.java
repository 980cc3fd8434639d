package io.github.ratelimit.client;

import java.io.OutputStream;

import io.github.ratelimit.provider.usage.ModelRequest;
import io.github.ratelimit.provider.usage.RequestReader;
import org.jspecify.annotations.Nullable;

/**
 * Receives a request's body to determine its size, and keeps nothing of it. Of a very
 * large body only the beginning is read, so that it does not delay the request.
 */
public final class OutboundBody extends OutputStream {

	/**
	 * The header with the media type, in lower case as Spring's headers find it fastest.
	 */
	public static final String CONTENT_TYPE = "content-type";

	/** How much is read: more than providers accept as JSON. */
	static final long MAX_BYTES = 32L * 1024 * 1024;

	private final RequestReader reader = new RequestReader();

	private long left = MAX_BYTES;

	/**
	 * Returns whether a body can show the request's size.
	 * @param contentType its media type, null if there is none
	 * @return whether it is JSON or may be
	 */
	public static boolean isReadable(@Nullable String contentType) {
		return contentType == null || contentType.contains("json");
	}

	@Override
	public void write(int b) {
		write(new byte[] { (byte) b }, 0, 1);
	}

	@Override
	public void write(byte[] bytes, int offset, int length) {
		int read = (int) Math.min(length, this.left);
		this.reader.read(bytes, offset, read);
		this.left -= read;
	}

	/**
	 * Returns what has been found so far.
	 * @return the facts
	 */
	public ModelRequest facts() {
		return this.reader.facts();
	}

}
