package io.github.ratelimit.provider.dialect;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The values in the JSON of an error, by their paths: {@code error.details.0.reason}. An
 * array at the top level has no index, so that a list of one error reads like the error.
 * For a body that is truncated or no JSON, it contains what could be read, possibly
 * nothing.
 */
final class ErrorJson {

	private static final int MAX_LENGTH = 16 * 1024;

	private static final int MAX_DEPTH = 12;

	private static final int MAX_VALUES = 200;

	private static final List<String> MESSAGES = List.of("error.message", "message", "error", "detail", "Message");

	private static final List<String> CODES = List.of("error.code", "error.status", "error.type", "code", "type",
			"__type");

	private final Map<String, String> values = new LinkedHashMap<>();

	private final String text;

	private int at;

	private boolean broken;

	private ErrorJson(String text) {
		this.text = text;
	}

	static ErrorJson of(@Nullable String body) {
		String text = (body != null) ? body : "";
		ErrorJson parsed = new ErrorJson((text.length() > MAX_LENGTH) ? text.substring(0, MAX_LENGTH) : text);
		parsed.value("", 0);
		return parsed;
	}

	/** Returns a value, null if there is none. */
	@Nullable String get(String path) {
		return this.values.get(path);
	}

	/** Returns all values by their paths, in their order. */
	Map<String, String> values() {
		return this.values;
	}

	/** Returns the message of the error; the whole text if it is no JSON. */
	String message() {
		for (String path : MESSAGES) {
			String message = this.values.get(path);
			if (message != null) {
				return message;
			}
		}
		return this.values.isEmpty() ? this.text : "";
	}

	/** Returns the codes by which programs distinguish errors. */
	List<String> codes() {
		List<String> codes = new ArrayList<>();
		for (String path : CODES) {
			String code = this.values.get(path);
			if (code != null) {
				codes.add(code);
			}
		}
		return codes;
	}

	private void value(String path, int depth) {
		char c = next();
		if (depth > MAX_DEPTH || this.values.size() >= MAX_VALUES) {
			this.broken = true;
		}
		else if (c == '{') {
			object(path, depth);
		}
		else if (c == '[') {
			array(path, depth);
		}
		else if (c == '"') {
			this.values.putIfAbsent(path, string());
		}
		else {
			scalar(path);
		}
	}

	private void object(String path, int depth) {
		this.at++;
		while (!this.broken && next() == '"') {
			String key = string();
			if (next() != ':') {
				this.broken = true;
				return;
			}
			this.at++;
			value(path.isEmpty() ? key : path + "." + key, depth + 1);
			skipComma();
		}
		end('}');
	}

	private void array(String path, int depth) {
		this.at++;
		for (int i = 0; !this.broken && next() != ']'; i++) {
			value(path.isEmpty() ? "" : path + "." + i, depth + 1);
			skipComma();
		}
		end(']');
	}

	private void skipComma() {
		if (next() == ',') {
			this.at++;
		}
	}

	private void end(char expected) {
		this.broken |= next() != expected;
		this.at++;
	}

	private void scalar(String path) {
		int start = this.at;
		while (this.at < this.text.length() && isScalar(this.text.charAt(this.at))) {
			this.at++;
		}
		String scalar = this.text.substring(start, this.at);
		if (scalar.isEmpty()) {
			this.broken = true;
		}
		else if (!path.isEmpty() && !scalar.equals("null")) {
			this.values.putIfAbsent(path, scalar);
		}
	}

	private static boolean isScalar(char c) {
		return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == '-' || c == '+' || c == '.' || c == 'E';
	}

	private String string() {
		StringBuilder string = new StringBuilder();
		for (this.at++; this.at < this.text.length(); this.at++) {
			char c = this.text.charAt(this.at);
			if (c == '"') {
				this.at++;
				return string.toString();
			}
			string.append((c == '\\') ? escaped() : c);
		}
		this.broken = true;
		return string.toString();
	}

	private char escaped() {
		this.at++;
		char c = (this.at < this.text.length()) ? this.text.charAt(this.at) : ' ';
		if (c == 'u' && this.at + 4 < this.text.length()) {
			int code = 0;
			for (int i = 1; i <= 4; i++) {
				code = code * 16 + Math.max(0, Character.digit(this.text.charAt(this.at + i), 16));
			}
			this.at += 4;
			return (char) code;
		}
		return switch (c) {
			case 'n', 'r', 't', 'b', 'f' -> ' ';
			default -> c;
		};
	}

	/** Returns the next character after spaces, 0 at the end. */
	private char next() {
		while (this.at < this.text.length() && this.text.charAt(this.at) <= ' ') {
			this.at++;
		}
		return (this.at < this.text.length()) ? this.text.charAt(this.at) : 0;
	}

}
