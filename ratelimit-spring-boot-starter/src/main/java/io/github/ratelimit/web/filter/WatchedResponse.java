package io.github.ratelimit.web.filter;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.ServletResponseWrapper;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.IOException;
import java.io.PrintWriter;
import org.jspecify.annotations.Nullable;

/** A response that reports a failed write at once. */
final class WatchedResponse extends HttpServletResponseWrapper {

	private final Runnable onFailure;

	private @Nullable ServletOutputStream output;

	private @Nullable PrintWriter writer;

	/**
	 * Creates it.
	 * @param response the response
	 * @param onFailure called after each write that failed, on the thread that wrote
	 */
	WatchedResponse(HttpServletResponse response, Runnable onFailure) {
		super(response);
		this.onFailure = onFailure;
	}

	/** Returns whether a response is one of these, or wraps one. */
	static boolean isIn(HttpServletResponse response) {
		return response instanceof WatchedResponse
				|| (response instanceof ServletResponseWrapper wrapper && wrapper.isWrapperFor(WatchedResponse.class));
	}

	/** Runs a write, and reports its failure. */
	static void watch(Write write, Runnable onFailure) throws IOException {
		try {
			write.run();
		}
		catch (IOException ex) {
			onFailure.run();
			throw ex;
		}
	}

	@Override
	public ServletOutputStream getOutputStream() throws IOException {
		ServletOutputStream output = this.output;
		if (output == null) {
			output = new WatchedOutput(super.getOutputStream(), this.onFailure);
			this.output = output;
		}
		return output;
	}

	@Override
	public PrintWriter getWriter() throws IOException {
		PrintWriter writer = this.writer;
		if (writer == null) {
			writer = new WatchedWriter(super.getWriter(), this.onFailure);
			this.writer = writer;
		}
		return writer;
	}

	@Override
	public void flushBuffer() throws IOException {
		watch(() -> super.flushBuffer(), this.onFailure);
	}

	@Override
	public void reset() {
		super.reset();
		this.output = null;
		this.writer = null;
	}

	@Override
	public void sendError(int status) throws IOException {
		watch(() -> super.sendError(status), this.onFailure);
	}

	@Override
	public void sendError(int status, @Nullable String message) throws IOException {
		watch(() -> super.sendError(status, message), this.onFailure);
	}

	/** A write to the client. */
	@FunctionalInterface
	interface Write {

		void run() throws IOException;

	}

	/** Its writes never throw: a failure is visible only after all of it is sent. */
	private static final class WatchedWriter extends PrintWriter {

		private final PrintWriter target;

		private final Runnable onFailure;

		WatchedWriter(PrintWriter target, Runnable onFailure) {
			super(target);
			this.target = target;
			this.onFailure = onFailure;
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
				this.onFailure.run();
			}
			return failed;
		}

	}

}
