package io.github.ratelimit.client;

import io.github.ratelimit.provider.usage.ModelRequest;
import io.github.ratelimit.provider.usage.RequestReader;
import java.io.OutputStream;
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

	/** The body that the current thread reads, mostly none. */
	private static final ThreadLocal<@Nullable OutboundBody> READING = new ThreadLocal<>();

	/** Whether somebody asks for the attempt of a body. */
	private static volatile boolean attemptsRead;

	private final RequestReader reader = new RequestReader();

	private @Nullable ClientCall attempt;

	private long left = MAX_BYTES;

	/**
	 * Returns whether a body can show the request's size.
	 * @param contentType its media type, null if there is none
	 * @return whether it is JSON or may be
	 */
	public static boolean isReadable(@Nullable String contentType) {
		return contentType == null || contentType.contains("json");
	}

	/**
	 * Reads a whole body.
	 * @param bytes an array
	 * @param offset where the body begins
	 * @param length how long it is
	 * @return the facts
	 */
	public static ModelRequest facts(byte[] bytes, int offset, int length) {
		RequestReader reader = new RequestReader();
		reader.read(bytes, offset, (int) Math.min(length, MAX_BYTES));
		return reader.facts();
	}

	/**
	 * Notes that an adapter exists which asks for the attempts of bodies, since it may
	 * run in another thread than the adapter that has admitted them.
	 */
	public static void attemptsAreRead() {
		attemptsRead = true;
	}

	/**
	 * Returns whether it is of use to name the attempts of bodies.
	 * @return whether an adapter asks for them
	 */
	public static boolean areAttemptsRead() {
		return attemptsRead;
	}

	/** Names the attempt whose body the current thread writes. */
	static void name(ClientCall attempt) {
		OutboundBody reading = READING.get();
		if (reading != null) {
			reading.attempt = attempt;
		}
	}

	/**
	 * Reads a body.
	 * @param <E> the type of the exception
	 * @param content writes the body to this
	 * @throws E what the content throws
	 */
	public <E extends Exception> void read(Content<E> content) throws E {
		READING.set(this);
		try {
			content.write();
		}
		finally {
			// without a value the next set() would create an entry
			READING.set(null);
		}
	}

	/**
	 * Returns whether another adapter has admitted the request, whose body has been read:
	 * this one lets the first request of an attempt pass.
	 * @param limiter the client of the request
	 * @return whether the request is to be sent as it is
	 */
	public boolean isAdmitted(ClientLimiter limiter) {
		return this.attempt != null && this.attempt.pass(limiter);
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

	/**
	 * Writes a body.
	 *
	 * @param <E> the type of the exception
	 */
	@FunctionalInterface
	public interface Content<E extends Exception> {

		/**
		 * Writes it once.
		 * @throws E if that fails
		 */
		void write() throws E;

	}

}
