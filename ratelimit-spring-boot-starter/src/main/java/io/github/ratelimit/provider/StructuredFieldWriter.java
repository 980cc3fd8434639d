package io.github.ratelimit.provider;

/** Writes bare items of structured fields (RFC 9651). */
final class StructuredFieldWriter {

	private static final long MAX_INTEGER = 999_999_999_999_999L;

	private StructuredFieldWriter() {
	}

	/**
	 * Appends an Integer that is not negative (RFC 9651, 3.3.1), cut to the 15 digits
	 * that one may have.
	 */
	static void appendInteger(StringBuilder to, long value) {
		to.append(Math.max(0, Math.min(MAX_INTEGER, value)));
	}

	/**
	 * Appends a String (RFC 9651, 3.3.3); a character that it cannot contain becomes a
	 * question mark.
	 */
	static void appendString(StringBuilder to, String text) {
		to.append('"');
		for (int i = 0; i < text.length(); i++) {
			char c = text.charAt(i);
			if (c < ' ' || c > '~') {
				to.append('?');
			}
			else {
				if (c == '"' || c == '\\') {
					to.append('\\');
				}
				to.append(c);
			}
		}
		to.append('"');
	}

}
