package io.github.ratelimit.web.response;

import jakarta.servlet.http.HttpServletResponse;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * The names of headers about limits, ours and those of other services:
 * {@code X-RateLimit-*}, {@code RateLimit*} and {@code anthropic-ratelimit-*}, what the
 * configured styles write, and what tells a refused caller when to come back. Immutable,
 * thread-safe.
 */
final class LimitHeaderNames {

	private static final String[] PREFIXES = { "x-ratelimit", "x-rate-limit", "ratelimit-", "anthropic-ratelimit-" };

	private static final String STATE = "ratelimit";

	private static final String[] RETRY = { "Retry-After", "retry-after-ms", "x-should-retry" };

	/** Names of styles of the application's own, usually none. */
	private final String[] others;

	LimitHeaderNames(Collection<String> styles) {
		this.others = styles.stream().filter((name) -> !isKnown(name) && !isRetry(name)).toArray(String[]::new);
	}

	/** Whether a header tells how much there is, what is left, and when it is full. */
	boolean isState(String name) {
		if (isKnown(name)) {
			return true;
		}
		for (String other : this.others) {
			if (other.equalsIgnoreCase(name)) {
				return true;
			}
		}
		return false;
	}

	private static boolean isKnown(String name) {
		for (String prefix : PREFIXES) {
			if (name.regionMatches(true, 0, prefix, 0, prefix.length())) {
				return true;
			}
		}
		return STATE.equalsIgnoreCase(name);
	}

	/** Whether a header tells a refused caller when to come back. */
	static boolean isRetry(String name) {
		for (String retry : RETRY) {
			if (retry.equalsIgnoreCase(name)) {
				return true;
			}
		}
		return false;
	}

	/** Returns the names of the headers of a response that tell of a state. */
	List<String> states(HttpServletResponse response) {
		List<String> names = new ArrayList<>();
		for (String name : response.getHeaderNames()) {
			if (isState(name)) {
				names.add(name);
			}
		}
		return names;
	}

	/** Removes all that a response says of limits. */
	void removeFrom(HttpServletResponse response) {
		states(response).forEach((name) -> response.setHeader(name, null));
		for (String name : RETRY) {
			if (response.containsHeader(name)) {
				response.setHeader(name, null);
			}
		}
	}

}
