package io.github.ratelimit.provider;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads a List of String Items with Integer parameters, strictly by the parsing
 * algorithms of RFC 9651, section 4.2. Anything else is an exception.
 */
final class StructuredFieldReader {

	private final String text;

	private int at;

	private StructuredFieldReader(String text) {
		this.text = text;
	}

	record Item(String value, Map<String, Long> parameters) {
	}

	static List<Item> list(String field) {
		return new StructuredFieldReader(field).readList();
	}

	private List<Item> readList() {
		List<Item> members = new ArrayList<>();
		skip(" ");
		while (this.at < this.text.length()) {
			members.add(readItem());
			skip(" \t");
			if (this.at == this.text.length()) {
				return members;
			}
			expect(',');
			skip(" \t");
			if (this.at == this.text.length()) {
				throw fail("a comma at the end");
			}
		}
		return members;
	}

	private Item readItem() {
		String value = readString();
		Map<String, Long> parameters = new LinkedHashMap<>();
		while (peek() == ';') {
			this.at++;
			skip(" ");
			String key = readKey();
			expect('=');
			parameters.put(key, readInteger());
		}
		return new Item(value, parameters);
	}

	private String readString() {
		expect('"');
		StringBuilder value = new StringBuilder();
		while (true) {
			char c = next();
			if (c == '"') {
				return value.toString();
			}
			if (c == '\\') {
				c = next();
				if (c != '"' && c != '\\') {
					throw fail("an escaped " + c);
				}
			}
			else if (c < 0x20 || c > 0x7E) {
				throw fail("a character that no String may have");
			}
			value.append(c);
		}
	}

	private String readKey() {
		int start = this.at;
		while ((peek() >= 'a' && peek() <= 'z') || (this.at > start && peek() >= '0' && peek() <= '9')) {
			this.at++;
		}
		if (this.at == start) {
			throw fail("no parameter key");
		}
		return this.text.substring(start, this.at);
	}

	private long readInteger() {
		int start = this.at;
		while (peek() >= '0' && peek() <= '9') {
			this.at++;
		}
		if (this.at == start || this.at - start > 15) {
			throw fail("an integer of " + (this.at - start) + " digits");
		}
		return Long.parseLong(this.text.substring(start, this.at));
	}

	private void skip(String characters) {
		while (this.at < this.text.length() && characters.indexOf(this.text.charAt(this.at)) >= 0) {
			this.at++;
		}
	}

	private char peek() {
		return (this.at < this.text.length()) ? this.text.charAt(this.at) : '\0';
	}

	private char next() {
		if (this.at == this.text.length()) {
			throw fail("the end");
		}
		return this.text.charAt(this.at++);
	}

	private void expect(char expected) {
		if (next() != expected) {
			throw fail("no " + expected);
		}
	}

	private IllegalArgumentException fail(String what) {
		return new IllegalArgumentException(what + " before position " + this.at + " of " + this.text);
	}

}
