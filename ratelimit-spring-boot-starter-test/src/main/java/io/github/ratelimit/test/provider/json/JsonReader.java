package io.github.ratelimit.test.provider.json;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads JSON to maps, lists, texts, {@link BigDecimal}s, booleans and null. */
public final class JsonReader {

	private final String text;

	private int at;

	private JsonReader(String text) {
		this.text = text;
	}

	/**
	 * Reads an object.
	 * @param text JSON text
	 * @return the members of the object; none if the text is no JSON object
	 */
	public static Map<String, @Nullable Object> object(String text) {
		try {
			JsonReader reader = new JsonReader(text);
			if (reader.peek() == '{') {
				Map<String, @Nullable Object> members = reader.members();
				if (reader.peek() == 0) {
					return members;
				}
			}
		}
		catch (IllegalArgumentException | IndexOutOfBoundsException ex) {
			// It is no JSON
		}
		return new LinkedHashMap<>();
	}

	private @Nullable Object value() {
		return switch (peek()) {
			case '{' -> members();
			case '[' -> elements();
			case '"' -> string();
			case 't' -> literal("true", true);
			case 'f' -> literal("false", false);
			case 'n' -> literal("null", null);
			default -> number();
		};
	}

	private Map<String, @Nullable Object> members() {
		Map<String, @Nullable Object> members = new LinkedHashMap<>();
		take('{');
		while (peek() != '}') {
			if (!members.isEmpty()) {
				take(',');
			}
			String name = string();
			take(':');
			members.put(name, value());
		}
		take('}');
		return members;
	}

	private List<@Nullable Object> elements() {
		List<@Nullable Object> elements = new ArrayList<>();
		take('[');
		while (peek() != ']') {
			if (!elements.isEmpty()) {
				take(',');
			}
			elements.add(value());
		}
		take(']');
		return elements;
	}

	private String string() {
		take('"');
		StringBuilder string = new StringBuilder();
		char c = this.text.charAt(this.at++);
		while (c != '"') {
			string.append((c == '\\') ? escaped() : c);
			c = this.text.charAt(this.at++);
		}
		return string.toString();
	}

	private char escaped() {
		char c = this.text.charAt(this.at++);
		return switch (c) {
			case 'b' -> '\b';
			case 'f' -> '\f';
			case 'n' -> '\n';
			case 'r' -> '\r';
			case 't' -> '\t';
			case 'u' -> {
				this.at += 4;
				yield (char) Integer.parseInt(this.text.substring(this.at - 4, this.at), 16);
			}
			default -> c;
		};
	}

	private @Nullable Object literal(String word, @Nullable Object value) {
		if (!this.text.startsWith(word, this.at)) {
			throw new IllegalArgumentException("No JSON at " + this.at);
		}
		this.at += word.length();
		return value;
	}

	private BigDecimal number() {
		int start = this.at;
		while (this.at < this.text.length() && "+-.0123456789eE".indexOf(this.text.charAt(this.at)) >= 0) {
			this.at++;
		}
		return new BigDecimal(this.text.substring(start, this.at));
	}

	private void take(char expected) {
		if (peek() != expected) {
			throw new IllegalArgumentException("No " + expected + " at " + this.at);
		}
		this.at++;
	}

	/** Returns the next character that is no space, 0 at the end. */
	private char peek() {
		while (this.at < this.text.length() && " \t\r\n".indexOf(this.text.charAt(this.at)) >= 0) {
			this.at++;
		}
		return (this.at < this.text.length()) ? this.text.charAt(this.at) : 0;
	}

}
