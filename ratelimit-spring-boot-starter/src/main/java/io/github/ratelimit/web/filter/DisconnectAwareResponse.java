package io.github.ratelimit.web.filter;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.springframework.web.util.WebUtils;

/** A response that reports a failed write at once. */
final class DisconnectAwareResponse extends HttpServletResponseWrapper {

	private final Runnable onFailure;

	private @Nullable ServletOutputStream output;

	private @Nullable PrintWriter writer;

	/**
	 * Creates it.
	 * @param response the response
	 * @param onFailure called after each write that failed, on the thread that wrote
	 */
	DisconnectAwareResponse(HttpServletResponse response, Runnable onFailure) {
		super(response);
		this.onFailure = onFailure;
	}

	/** Returns whether a response is one of these, or wraps one. */
	static boolean isIn(HttpServletResponse response) {
		return WebUtils.getNativeResponse(response, DisconnectAwareResponse.class) != null;
	}

	/** Runs a write, and reports its failure. */
	private void watch(Write write) throws IOException {
		try {
			write.run();
		}
		catch (IOException ex) {
			this.onFailure.run();
			throw ex;
		}
	}

	@Override
	public ServletOutputStream getOutputStream() throws IOException {
		ServletOutputStream output = this.output;
		if (output == null) {
			output = new Output(super.getOutputStream());
			this.output = output;
		}
		return output;
	}

	@Override
	public PrintWriter getWriter() throws IOException {
		PrintWriter writer = this.writer;
		if (writer == null) {
			writer = new Writer(super.getWriter());
			this.writer = writer;
		}
		return writer;
	}

	@Override
	public void flushBuffer() throws IOException {
		watch(() -> super.flushBuffer());
	}

	@Override
	public void reset() {
		super.reset();
		this.output = null;
		this.writer = null;
	}

	@Override
	public void sendError(int status) throws IOException {
		watch(() -> super.sendError(status));
	}

	@Override
	public void sendError(int status, @Nullable String message) throws IOException {
		watch(() -> super.sendError(status, message));
	}

	/** A write to the client. */
	@FunctionalInterface
	private interface Write {

		void run() throws IOException;

	}

	/** Its writes never throw: a failure is visible only after all of it is sent. */
	private final class Writer extends PrintWriter {

		private final PrintWriter target;

		Writer(PrintWriter target) {
			super(target);
			this.target = target;
		}

		@Override
		public void flush() {
			this.target.flush();
			checkError();
		}

		@Override
		public boolean checkError() {
			boolean failed = this.target.checkError();
			if (failed) {
				DisconnectAwareResponse.this.onFailure.run();
			}
			return failed;
		}

	}

	/** The stream of a {@link DisconnectAwareResponse}, blocking or not. */
	private final class Output extends ServletOutputStream {

		private final ServletOutputStream target;

		Output(ServletOutputStream target) {
			this.target = target;
		}

		@Override
		public boolean isReady() {
			return this.target.isReady();
		}

		@Override
		public void setWriteListener(WriteListener listener) {
			this.target.setWriteListener(new Listener(listener, DisconnectAwareResponse.this.onFailure));
		}

		@Override
		public void write(int b) throws IOException {
			watch(() -> this.target.write(b));
		}

		@Override
		public void write(byte[] bytes, int offset, int length) throws IOException {
			watch(() -> this.target.write(bytes, offset, length));
		}

		@Override
		public void write(ByteBuffer buffer) throws IOException {
			watch(() -> this.target.write(buffer));
		}

		@Override
		public void print(String text) throws IOException {
			watch(() -> this.target.print(text));
		}

		@Override
		public void flush() throws IOException {
			watch(this.target::flush);
		}

		@Override
		public void close() throws IOException {
			watch(this.target::close);
		}

		/**
		 * Reports a failure before the application's own listener, which need not
		 * complete.
		 *
		 * @param target the application's own
		 * @param onFailure called when the response cannot be written
		 */
		private record Listener(WriteListener target, Runnable onFailure) implements WriteListener {

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

}
