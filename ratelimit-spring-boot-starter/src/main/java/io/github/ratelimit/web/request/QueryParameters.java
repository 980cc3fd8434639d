package io.github.ratelimit.web.request;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Reads parameters from the query alone. The container would read the body of a form for
 * them, which only the application should read.
 */
final class QueryParameters {

	private QueryParameters() {
	}

	static @Nullable String first(@Nullable String query, String name) {
		if (query == null) {
			return null;
		}
		int from = 0;
		while (from <= query.length()) {
			int end = query.indexOf('&', from);
			end = (end < 0) ? query.length() : end;
			int nameEnd = endOfName(query, from, end);
			if (isNamed(query, from, nameEnd, name)) {
				return decoded(query.substring(Math.min(nameEnd + 1, end), end));
			}
			from = end + 1;
		}
		return null;
	}

	/**
	 * Reads no further than this parameter: a long query must not be read again for each.
	 */
	private static int endOfName(String query, int from, int end) {
		int at = from;
		while (at < end && query.charAt(at) != '=') {
			at++;
		}
		return at;
	}

	private static boolean isNamed(String query, int from, int end, String name) {
		if (end - from == name.length() && query.startsWith(name, from)) {
			return true;
		}
		return (end - from > name.length() || name.indexOf(' ') >= 0)
				&& decoded(query.substring(from, end)).equals(name);
	}

	/** A text that cannot be decoded is used as it is. */
	private static String decoded(String text) {
		if (text.indexOf('%') < 0 && text.indexOf('+') < 0) {
			return text;
		}
		try {
			return URLDecoder.decode(text, StandardCharsets.UTF_8);
		}
		catch (IllegalArgumentException ex) {
			return text;
		}
	}

}
