package io.github.ratelimit.provider;

import java.util.List;

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

	static String strings(List<String> texts) {
		StringBuilder json = new StringBuilder("[");
		for (String text : texts) {
			json.append((json.length() > 1) ? "," : "").append(string(text));
		}
		return json.append(']').toString();
	}

}
