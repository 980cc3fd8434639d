package io.github.ratelimit.web.response;

import jakarta.servlet.http.HttpServletResponse;
import java.util.Collection;
import java.util.List;

/**
 * Tells rate limit headers from others: {@code X-RateLimit-*}, {@code RateLimit*},
 * {@code anthropic-ratelimit-*}, those of the configured styles, and those with the time
 * of a retry. Immutable, thread-safe.
 */
final class RateLimitHeaderNames {

	private static final String[] PREFIXES = { "x-ratelimit", "x-rate-limit", "ratelimit-", "anthropic-ratelimit-" };

	private static final String STATE = "ratelimit";

	private static final String[] RETRY = { "Retry-After", "retry-after-ms", "x-should-retry" };

	/** Names that only the configured styles have, usually none. */
	private final String[] ofStyles;

	/**
	 * Creates it.
	 * @param ofStyles the headers of the configured styles
	 */
	RateLimitHeaderNames(Collection<String> ofStyles) {
		this.ofStyles = ofStyles.stream()
			.filter((name) -> !isKnownState(name) && !isRetry(name))
			.toArray(String[]::new);
	}

	/**
	 * Returns whether a header contains the state of a limit: its permits, what is left,
	 * and when it is full.
	 */
	boolean isState(String name) {
		return isKnownState(name) || isIn(this.ofStyles, name);
	}

	private static boolean isKnownState(String name) {
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
		return isIn(RETRY, name);
	}

	private static boolean isIn(String[] names, String name) {
		for (String each : names) {
			if (each.equalsIgnoreCase(name)) {
				return true;
			}
		}
		return false;
	}

	/** Returns the names of a response's headers that contain the state of a limit. */
	List<String> statesIn(HttpServletResponse response) {
		return response.getHeaderNames().stream().filter(this::isState).toList();
	}

	/** Removes all rate limit headers from a response. */
	void removeFrom(HttpServletResponse response) {
		statesIn(response).forEach((name) -> response.setHeader(name, null));
		for (String name : RETRY) {
			if (response.containsHeader(name)) {
				response.setHeader(name, null);
			}
		}
	}

}
