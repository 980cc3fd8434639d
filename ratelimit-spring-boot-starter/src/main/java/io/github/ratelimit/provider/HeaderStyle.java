package io.github.ratelimit.provider;

import io.github.ratelimit.LimitDecision;
import java.time.Duration;
import java.util.Collection;
import java.util.List;

/**
 * A format of the headers that inform callers about their limits. A bean of this type can
 * be named in {@code ratelimit.http.headers}; one with the name of a built-in style
 * ({@code x-ratelimit}, {@code draft-11}, {@code openai}, {@code anthropic},
 * {@code none}) replaces it.
 * <p>
 * Implementations must be thread-safe. They run once per limited request, so they should
 * be fast.
 */
public interface HeaderStyle {

	/**
	 * Returns the name of this style in the configuration.
	 * @return the name, lower case
	 */
	String name();

	/**
	 * Returns the names of the headers that this style may write. Browsers are allowed to
	 * show them to scripts of other origins.
	 * @return header names, possibly none
	 */
	Collection<String> headerNames();

	/**
	 * Writes the headers. It may run several times for one response, as more limits
	 * decide; so it has to set headers and not to add them.
	 * @param limits the decisions of the limits that may be reported and have
	 * {@link LimitDecision#hasFacts() facts}, at least one, no two of the same name
	 * @param headers the headers of the response
	 */
	void write(List<LimitDecision> limits, Headers headers);

	/**
	 * Adds headers with the time of a retry to a refusal, beside {@code Retry-After}. Not
	 * called if a retry does not help.
	 * @param wait how long to wait, positive
	 * @param headers the headers of the response
	 */
	default void writeRetryAfter(Duration wait, Headers headers) {
	}

	/** The headers of a response. */
	@FunctionalInterface
	interface Headers {

		/**
		 * Sets a header, and replaces any of that name.
		 * @param name the header's name
		 * @param value its value
		 */
		void set(String name, String value);

	}

}
