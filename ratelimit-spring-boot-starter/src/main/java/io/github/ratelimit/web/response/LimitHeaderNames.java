package io.github.ratelimit.web.response;

import jakarta.servlet.http.HttpServletResponse;
import java.util.Collection;
import java.util.List;

/**
 * The names of rate limit headers, ours and those of other services:
 * {@code X-RateLimit-*}, {@code RateLimit*} and {@code anthropic-ratelimit-*}, those of
 * the configured styles, and those with the time of a retry. Immutable, thread-safe.
 */
final class LimitHeaderNames {

	private static final String[] PREFIXES = { "x-ratelimit", "x-rate-limit", "ratelimit-", "anthropic-ratelimit-" };

	private static final String STATE = "ratelimit";

	private static final String[] RETRY = { "Retry-After", "retry-after-ms", "x-should-retry" };

	/** Names of the application's own styles, usually none. */
	private final String[] others;

	LimitHeaderNames(Collection<String> styles) {
		this.others = styles.stream().filter((name) -> !isKnown(name) && !isRetry(name)).toArray(String[]::new);
	}

	/**
	 * Returns whether a header contains the state of a limit: its permits, what is left,
	 * and when it is full.
	 */
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

	/**
	 * Returns whether a header contains the time at which a refused call may be retried.
	 */
	static boolean isRetry(String name) {
		for (String retry : RETRY) {
			if (retry.equalsIgnoreCase(name)) {
				return true;
			}
		}
		return false;
	}

	/**
	 * Returns the names of the headers of a response that contain the state of a limit.
	 */
	List<String> states(HttpServletResponse response) {
		return response.getHeaderNames().stream().filter(this::isState).toList();
	}

	/** Removes all rate limit headers from a response. */
	void removeFrom(HttpServletResponse response) {
		states(response).forEach((name) -> response.setHeader(name, null));
		for (String name : RETRY) {
			if (response.containsHeader(name)) {
				response.setHeader(name, null);
			}
		}
	}

}
