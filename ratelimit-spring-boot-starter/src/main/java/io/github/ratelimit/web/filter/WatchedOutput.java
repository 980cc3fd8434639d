package io.github.ratelimit.web.filter;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import java.io.IOException;
import java.nio.ByteBuffer;

/** The stream of a {@link WatchedResponse}, blocking or not. */
final class WatchedOutput extends ServletOutputStream {

	private final ServletOutputStream target;

	private final Runnable onFailure;

	/**
	 * Creates it.
	 * @param target the stream of the container
	 * @param onFailure called after each write that failed, on the thread that wrote
	 */
	WatchedOutput(ServletOutputStream target, Runnable onFailure) {
		this.target = target;
		this.onFailure = onFailure;
	}

	@Override
	public boolean isReady() {
		return this.target.isReady();
	}

	@Override
	public void setWriteListener(WriteListener listener) {
		this.target.setWriteListener(new WatchedListener(listener, this.onFailure));
	}

	@Override
	public void write(int b) throws IOException {
		WatchedResponse.watch(() -> this.target.write(b), this.onFailure);
	}

	@Override
	public void write(byte[] bytes) throws IOException {
		WatchedResponse.watch(() -> this.target.write(bytes), this.onFailure);
	}

	@Override
	public void write(byte[] bytes, int offset, int length) throws IOException {
		WatchedResponse.watch(() -> this.target.write(bytes, offset, length), this.onFailure);
	}

	@Override
	public void write(ByteBuffer buffer) throws IOException {
		WatchedResponse.watch(() -> this.target.write(buffer), this.onFailure);
	}

	@Override
	public void print(String text) throws IOException {
		WatchedResponse.watch(() -> this.target.print(text), this.onFailure);
	}

	@Override
	public void flush() throws IOException {
		WatchedResponse.watch(this.target::flush, this.onFailure);
	}

	@Override
	public void close() throws IOException {
		WatchedResponse.watch(this.target::close, this.onFailure);
	}

	/**
	 * Reports a failure before the application's own listener, which need not complete.
	 *
	 * @param target the application's own
	 * @param onFailure called when the response cannot be written
	 */
	private record WatchedListener(WriteListener target, Runnable onFailure) implements WriteListener {

		@Override
		public void onWritePossible() throws IOException {
			this.target.onWritePossible();
		}

		@Override
		public void onError(Throwable failure) {
			this.onFailure.run();
			this.target.onError(failure);
		}

	}

}
