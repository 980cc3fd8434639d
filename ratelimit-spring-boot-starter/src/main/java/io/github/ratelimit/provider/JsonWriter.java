package io.github.ratelimit.provider;

/** Writes the few JSON values that the bodies need, in ASCII. */
public final class JsonWriter {

	private static final String HEX = "0123456789abcdef";

	private JsonWriter() {
	}

	/**
	 * Writes a string.
	 * @param text the string
	 * @return it as JSON, in quotes
	 */
	public static String string(String text) {
		StringBuilder json = new StringBuilder(text.length() + 16).append('"');
		for (int i = 0; i < text.length(); i++) {
			char c = text.charAt(i);
			if (c == '"' || c == '\\') {
				json.append('\\').append(c);
			}
			else if (c < ' ' || c > '~' || c == '<' || c == '>' || c == '&') {
				json.append("\\u");
				for (int shift = 12; shift >= 0; shift -= 4) {
					json.append(HEX.charAt((c >> shift) & 0xF));
				}
			}
			else {
				json.append(c);
			}
		}
		return json.append('"').toString();
	}

}
