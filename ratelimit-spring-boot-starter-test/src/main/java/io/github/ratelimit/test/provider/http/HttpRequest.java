package io.github.ratelimit.test.provider.http;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A request that has arrived in full.
 *
 * @param method the method
 * @param target the path with its query
 * @param headers names in lower case, each with its last value
 * @param body the body, read as UTF-8; empty if there is none
 */
public record HttpRequest(String method, String target, Map<String, String> headers, String body) {

	/**
	 * Returns a header.
	 * @param name the name in lower case
	 * @return the value, null if there is none
	 */
	public @Nullable String header(String name) {
		return this.headers.get(name);
	}

}
