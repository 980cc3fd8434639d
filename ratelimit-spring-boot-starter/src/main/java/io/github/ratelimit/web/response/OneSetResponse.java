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
 * A response with one set of headers about limits, ours or the application's, whichever
 * of them comes first: the set that does not stand is set aside. So it does not matter
 * when the response is committed. Used by one thread at a time, as every response.
 * <p>
 * The application's stand where nothing of ours is told, where it refuses itself (429, or
 * an error with Retry-After), and, if it is so configured, everywhere but in a refusal of
 * ours. When to come back ({@code Retry-After}) only a refusal of ours says; elsewhere
 * that is the application's matter.
 */
final class OneSetResponse extends HttpServletResponseWrapper {

	private final LimitHeaderNames names;

	private final boolean keep;

	/** Whether a set of ours has been written, whether or not it stands. */
	private boolean told;

	/** Whether a limit of ours has refused. */
	private boolean refusal;

	/** Whether the answer is ours, so that the application has no say any more. */
	private boolean answered;

	private boolean applicationTells;

	private boolean applicationSaysWhen;

	/** Whether the application's set stands though there is one of ours. */
	private boolean yielded;

	/** The set that does not stand. */
	private @Nullable Map<String, List<String>> aside;

	OneSetResponse(HttpServletResponse response, LimitHeaderNames names, UpstreamHeaders upstream, boolean told) {
		super(response);
		this.names = names;
		this.keep = upstream == UpstreamHeaders.KEEP;
		this.told = told;
	}

	static @Nullable OneSetResponse find(ServletResponse response) {
		return WebUtils.getNativeResponse(response, OneSetResponse.class);
	}

	/**
	 * Prepares for a set of ours.
	 * @param refuses whether a limit of ours refuses
	 * @return where to write it, null if the application's set stands
	 */
	@Nullable HttpServletResponse startSet(boolean refuses) {
		this.refusal |= refuses;
		if (!this.told) {
			this.told = true;
			if (this.applicationTells) {
				this.aside = takeStates();
			}
		}
		else {
			settle(getStatus());
		}
		return this.yielded ? null : real();
	}

	/** Decides whose set stands, after one of ours has been written. */
	void endSet() {
		settle(getStatus());
	}

	/**
	 * Makes the answer a refusal of ours, which has nothing of the application's.
	 * @return where to write it
	 */
	HttpServletResponse startRefusal() {
		if (this.applicationTells || this.applicationSaysWhen) {
			this.names.removeFrom(real());
		}
		this.told = true;
		this.refusal = true;
		this.answered = true;
		this.applicationTells = false;
		this.applicationSaysWhen = false;
		this.yielded = false;
		this.aside = null;
		return real();
	}

	private HttpServletResponse real() {
		return (HttpServletResponse) getResponse();
	}

	private void settle(int status) {
		boolean stands = this.told && !this.refusal && ((this.keep && this.applicationTells) || refuses(status));
		if (stands == this.yielded || isCommitted()) {
			return;
		}
		Map<String, List<String>> standing = takeStates();
		if (this.aside != null) {
			this.aside.forEach((name, values) -> values.forEach((value) -> real().addHeader(name, value)));
		}
		this.aside = standing;
		this.yielded = stands;
	}

	private boolean refuses(int status) {
		return (status == HttpStatus.TOO_MANY_REQUESTS.value() && (this.applicationTells || this.applicationSaysWhen))
				|| (status >= HttpStatus.BAD_REQUEST.value() && this.applicationSaysWhen);
	}

	private Map<String, List<String>> takeStates() {
		Map<String, List<String>> taken = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
		for (String name : this.names.states(real())) {
			taken.put(name, new ArrayList<>(real().getHeaders(name)));
			real().setHeader(name, null);
		}
		return taken;
	}

	private boolean isUnrelated(String name) {
		return !this.names.isState(name) && !LimitHeaderNames.isRetry(name);
	}

	/** Returns whether the header goes to the response as it is. */
	private boolean passes(String name, @Nullable String value, boolean add) {
		if (this.names.isState(name)) {
			if (this.answered) {
				return false;
			}
			this.applicationTells |= value != null;
			boolean passes = !this.told || this.yielded;
			if (!passes) {
				setAside(name, value, add);
				settle(getStatus());
			}
			return passes;
		}
		if (LimitHeaderNames.isRetry(name)) {
			this.applicationSaysWhen |= value != null;
			return !this.answered;
		}
		return true;
	}

	private void setAside(String name, @Nullable String value, boolean add) {
		if (this.aside == null) {
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

	/** Only Retry-After is ever a date. */
	@Override
	public void setDateHeader(String name, long date) {
		if (isUnrelated(name) || passes(name, Long.toString(date), false)) {
			super.setDateHeader(name, date);
			settleLater();
		}
	}

	@Override
	public void addDateHeader(String name, long date) {
		if (isUnrelated(name) || passes(name, Long.toString(date), true)) {
			super.addDateHeader(name, date);
			settleLater();
		}
	}

	/** Retry-After that comes after an error's status makes it a refusal. */
	private void settleLater() {
		if (this.applicationSaysWhen && this.told) {
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
		this.told = false;
		this.refusal = false;
		this.answered = false;
		this.applicationTells = false;
		this.applicationSaysWhen = false;
		this.yielded = false;
		this.aside = null;
	}

}
