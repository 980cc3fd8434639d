package io.github.ratelimit.web.response;

import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.web.util.WebUtils;

/**
 * A response with one set of rate limit headers, the library's or the application's,
 * whichever is written first: the other set is kept aside. So it does not matter when the
 * response is committed. Used by one thread at a time, like every response.
 * <p>
 * The application's set is sent if the library writes none, if the application itself
 * refuses (429, or an error with Retry-After), and, if configured so, always except in a
 * refusal by the library. {@code Retry-After} is written only by a refusal of the
 * library; otherwise the application may write it.
 */
final class UpstreamHeadersResponse extends HttpServletResponseWrapper {

	private final RateLimitHeaderNames names;

	private final boolean keep;

	/** Whether the library has written its set, even if it is not sent. */
	private boolean written;

	/** Whether a limit has refused. */
	private boolean refusal;

	/**
	 * Whether the library sends the response, so that the application's headers are
	 * ignored.
	 */
	private boolean answered;

	private boolean applicationHasState;

	private boolean applicationHasRetry;

	/** Whether the application's set is sent although the library has written one. */
	private boolean yielded;

	/** The set that is not sent. */
	private Map<String, List<String>> aside = Map.of();

	/**
	 * Creates it.
	 * @param response the response
	 * @param names tells rate limit headers from others
	 * @param keep whether the application's set is sent if it writes one
	 * @param first whether the library cannot have written to the response yet
	 */
	UpstreamHeadersResponse(HttpServletResponse response, RateLimitHeaderNames names, boolean keep, boolean first) {
		super(response);
		this.names = names;
		this.keep = keep;
		this.written = !first && !names.statesIn(response).isEmpty();
	}

	static @Nullable UpstreamHeadersResponse find(ServletResponse response) {
		return WebUtils.getNativeResponse(response, UpstreamHeadersResponse.class);
	}

	/**
	 * Prepares for the library's set.
	 * @param refuses whether a limit refuses
	 * @return the response to write it to, null if the application's set is sent
	 */
	@Nullable HttpServletResponse startSet(boolean refuses) {
		this.refusal |= refuses;
		if (!this.written) {
			this.written = true;
			if (this.applicationHasState) {
				this.aside = takeStates();
			}
		}
		else {
			settle(getStatus());
		}
		return this.yielded ? null : real();
	}

	/** Decides which set is sent, after the library's has been written. */
	void endSet() {
		settle(getStatus());
	}

	/**
	 * Turns the response into a refusal by the library, without headers of the
	 * application.
	 * @return where to write it
	 */
	HttpServletResponse startRefusal() {
		if (this.applicationHasState || this.applicationHasRetry) {
			this.names.removeFrom(real());
		}
		forget();
		this.written = true;
		this.refusal = true;
		this.answered = true;
		return real();
	}

	private HttpServletResponse real() {
		return (HttpServletResponse) getResponse();
	}

	private void settle(int status) {
		boolean yields = this.written && !this.refusal && ((this.keep && this.applicationHasState) || refuses(status));
		if (yields == this.yielded || isCommitted()) {
			return;
		}
		Map<String, List<String>> current = takeStates();
		this.aside.forEach((name, values) -> values.forEach((value) -> real().addHeader(name, value)));
		this.aside = current;
		this.yielded = yields;
	}

	private boolean refuses(int status) {
		return (status == HttpStatus.TOO_MANY_REQUESTS.value()
				&& (this.applicationHasState || this.applicationHasRetry))
				|| (status >= HttpStatus.BAD_REQUEST.value() && this.applicationHasRetry);
	}

	private Map<String, List<String>> takeStates() {
		Map<String, List<String>> taken = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
		for (String name : this.names.statesIn(real())) {
			taken.put(name, new ArrayList<>(real().getHeaders(name)));
			real().setHeader(name, null);
		}
		return taken;
	}

	/** Returns whether the header is passed to the response unchanged. */
	private boolean passes(String name, @Nullable String value, boolean add) {
		if (this.names.isState(name)) {
			if (this.answered) {
				return false;
			}
			this.applicationHasState |= value != null;
			boolean passes = !this.written || this.yielded;
			if (!passes) {
				setAside(name, value, add);
				settle(getStatus());
			}
			return passes;
		}
		if (RateLimitHeaderNames.isRetry(name)) {
			this.applicationHasRetry |= value != null;
			return !this.answered;
		}
		return true;
	}

	private void setAside(String name, @Nullable String value, boolean add) {
		if (this.aside.isEmpty()) {
			this.aside = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
		}
		if (!add) {
			this.aside.remove(name);
		}
		if (value != null) {
			this.aside.computeIfAbsent(name, (absent) -> new ArrayList<>(1)).add(value);
		}
	}

	@Override
	public void setHeader(String name, @Nullable String value) {
		if (passes(name, value, false)) {
			super.setHeader(name, value);
			settleLater();
		}
	}

	@Override
	public void addHeader(String name, @Nullable String value) {
		if (passes(name, value, true)) {
			super.addHeader(name, value);
			settleLater();
		}
	}

	@Override
	public void setIntHeader(String name, int value) {
		setHeader(name, Integer.toString(value));
	}

	@Override
	public void addIntHeader(String name, int value) {
		addHeader(name, Integer.toString(value));
	}

	/** Only Retry-After can be a date. */
	@Override
	public void setDateHeader(String name, long date) {
		if (passes(name, Long.toString(date), false)) {
			super.setDateHeader(name, date);
			settleLater();
		}
	}

	@Override
	public void addDateHeader(String name, long date) {
		if (passes(name, Long.toString(date), true)) {
			super.addDateHeader(name, date);
			settleLater();
		}
	}

	/** An error with a later Retry-After becomes a refusal. */
	private void settleLater() {
		if (this.applicationHasRetry && this.written) {
			settle(getStatus());
		}
	}

	@Override
	public void setStatus(int status) {
		settle(status);
		super.setStatus(status);
	}

	@Override
	public void sendError(int status) throws IOException {
		settle(status);
		super.sendError(status);
	}

	@Override
	public void sendError(int status, @Nullable String message) throws IOException {
		settle(status);
		super.sendError(status, message);
	}

	@Override
	public void reset() {
		super.reset();
		forget();
	}

	private void forget() {
		this.written = false;
		this.refusal = false;
		this.answered = false;
		this.applicationHasState = false;
		this.applicationHasRetry = false;
		this.yielded = false;
		this.aside = Map.of();
	}

}
