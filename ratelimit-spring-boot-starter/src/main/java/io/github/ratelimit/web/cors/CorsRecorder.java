package io.github.ratelimit.web.cors;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.PrintWriter;
import java.io.Writer;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;

/**
 * Receives the result of CORS processing: keeps the headers, and drops status and body,
 * so that the real response stays untouched.
 */
final class CorsRecorder extends HttpServletResponseWrapper {

	private static final String CORS_PREFIX = "access-control-";

	private final HttpHeaders headers = new HttpHeaders();

	private boolean rejected;

	CorsRecorder(HttpServletResponse response) {
		super(response);
	}

	/** Returns whether the origin was allowed or rejected. */
	boolean hasSpoken() {
		return this.rejected || this.headers.containsHeader(HttpHeaders.ACCESS_CONTROL_ALLOW_ORIGIN);
	}

	/** Writes the headers of CORS, unless the origin was rejected. */
	void copyTo(HttpServletResponse response) {
		if (this.rejected) {
			return;
		}
		this.headers.forEach((name, values) -> {
			if (name.regionMatches(true, 0, CORS_PREFIX, 0, CORS_PREFIX.length())
					|| name.equalsIgnoreCase(HttpHeaders.VARY)) {
				values.forEach((value) -> response.addHeader(name, value));
			}
		});
	}

	@Override
	public void setHeader(String name, @Nullable String value) {
		this.headers.remove(name);
		addHeader(name, value);
	}

	@Override
	public void addHeader(String name, @Nullable String value) {
		if (value != null) {
			this.headers.add(name, value);
		}
	}

	@Override
	public void setStatus(int status) {
		this.rejected |= (status >= HttpServletResponse.SC_BAD_REQUEST);
	}

	@Override
	public void sendError(int status) {
		this.rejected = true;
	}

	@Override
	public void sendError(int status, @Nullable String message) {
		this.rejected = true;
	}

	@Override
	public void setContentType(@Nullable String type) {
	}

	@Override
	public ServletOutputStream getOutputStream() {
		return new Nowhere();
	}

	@Override
	public PrintWriter getWriter() {
		return new PrintWriter(Writer.nullWriter());
	}

	@Override
	public void flushBuffer() {
	}

	private static final class Nowhere extends ServletOutputStream {

		@Override
		public boolean isReady() {
			return true;
		}

		@Override
		public void setWriteListener(WriteListener listener) {
		}

		@Override
		public void write(int b) {
		}

	}

}
