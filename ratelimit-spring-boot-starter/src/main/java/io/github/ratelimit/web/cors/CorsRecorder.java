package io.github.ratelimit.web.cors;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;

/**
 * Notes which headers somebody would write, while the real response stays untouched.
 */
final class CorsRecorder extends HttpServletResponseWrapper {

	private static final String CORS_PREFIX = "access-control-";

	private final Map<String, List<String>> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);

	private boolean rejected;

	CorsRecorder(HttpServletResponse response) {
		super(response);
	}

	/** Returns whether the origin was allowed or rejected. */
	boolean hasSpoken() {
		return this.rejected || this.headers.containsKey(HttpHeaders.ACCESS_CONTROL_ALLOW_ORIGIN);
	}

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
			this.headers.computeIfAbsent(name, (absent) -> new ArrayList<>()).add(value);
		}
	}

	@Override
	public boolean containsHeader(String name) {
		return this.headers.containsKey(name) || super.containsHeader(name);
	}

	@Override
	public @Nullable String getHeader(String name) {
		List<String> values = this.headers.get(name);
		return (values != null) ? values.get(0) : super.getHeader(name);
	}

	@Override
	public Collection<String> getHeaders(String name) {
		List<String> all = new ArrayList<>(super.getHeaders(name));
		all.addAll(this.headers.getOrDefault(name, List.of()));
		return all;
	}

	@Override
	public Collection<String> getHeaderNames() {
		List<String> all = new ArrayList<>(super.getHeaderNames());
		all.addAll(this.headers.keySet());
		return all;
	}

	@Override
	public void setIntHeader(String name, int value) {
		setHeader(name, Integer.toString(value));
	}

	@Override
	public void addIntHeader(String name, int value) {
		addHeader(name, Integer.toString(value));
	}

	@Override
	public void setDateHeader(String name, long date) {
	}

	@Override
	public void addDateHeader(String name, long date) {
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
	public void sendRedirect(String location, int status, boolean clearBuffer) {
	}

	@Override
	public void sendRedirect(String location) {
	}

	@Override
	public void setContentType(@Nullable String type) {
	}

	@Override
	public void setContentLength(int length) {
	}

	@Override
	public void setContentLengthLong(long length) {
	}

	@Override
	public ServletOutputStream getOutputStream() {
		return new Nowhere();
	}

	@Override
	public PrintWriter getWriter() {
		return new PrintWriter(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
	}

	@Override
	public void flushBuffer() {
	}

	@Override
	public void reset() {
		this.headers.clear();
	}

	@Override
	public void resetBuffer() {
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
