package io.github.ratelimit.provider.dialect;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads lists and dictionaries of structured fields (RFC 9651), as far as limits use
 * them: members with parameters, their values as text.
 */
final class StructuredFieldParser {

	private static final int MAX_LENGTH = 4096;

	private static final int MAX_MEMBERS = 32;

	private final String text;

	private int at;

	private StructuredFieldParser(String text) {
		this.text = text;
	}

	/**
	 * Returns the members of a field.
	 * @param text the field's value
	 * @return the members, null if the text is no list or too long
	 */
	static @Nullable List<Member> parse(String text) {
		return (text.length() <= MAX_LENGTH) ? new StructuredFieldParser(text).members() : null;
	}

	private @Nullable List<Member> members() {
		List<Member> members = new ArrayList<>();
		do {
			skipSpaces();
			String name = word();
			String value = assigned();
			Map<String, String> parameters = parameters();
			if (name == null || parameters == null || members.size() == MAX_MEMBERS) {
				return null;
			}
			members.add(new Member(name, value, parameters));
			skipSpaces();
		}
		while (skip(','));
		return (this.at == this.text.length()) ? members : null;
	}

	private @Nullable Map<String, String> parameters() {
		Map<String, String> parameters = new HashMap<>();
		skipSpaces();
		while (skip(';')) {
			skipSpaces();
			String name = word();
			String value = assigned();
			if (name == null || parameters.size() == MAX_MEMBERS) {
				return null;
			}
			parameters.put(name, (value != null) ? value : "?1");
			skipSpaces();
		}
		return parameters;
	}

	private @Nullable String assigned() {
		return skip('=') ? word() : null;
	}

	/** Returns a string without its quotes, or anything else up to a separator. */
	private @Nullable String word() {
		if (skip('"')) {
			return string();
		}
		boolean bytes = skip(':');
		int start = this.at;
		while (this.at < this.text.length() && (bytes ? this.text.charAt(this.at) != ':' : !isSeparator())) {
			this.at++;
		}
		String word = this.text.substring(start, this.at);
		boolean ended = !bytes || skip(':');
		return (!word.isEmpty() && ended) ? word : null;
	}

	private boolean isSeparator() {
		return ",;= \t\"".indexOf(this.text.charAt(this.at)) >= 0;
	}

	private @Nullable String string() {
		StringBuilder string = new StringBuilder();
		while (this.at < this.text.length()) {
			char c = this.text.charAt(this.at++);
			if (c == '"') {
				return string.toString();
			}
			if (c == '\\' && this.at < this.text.length()) {
				c = this.text.charAt(this.at++);
			}
			string.append(c);
		}
		return null;
	}

	private boolean skip(char c) {
		boolean there = this.at < this.text.length() && this.text.charAt(this.at) == c;
		this.at += there ? 1 : 0;
		return there;
	}

	private void skipSpaces() {
		while (skip(' ') || skip('\t')) {
			// until there is none
		}
	}

	/**
	 * A member.
	 *
	 * @param name the item of a list, or the key of a dictionary
	 * @param value the value of a dictionary, null in a list
	 * @param parameters the parameters
	 */
	record Member(String name, @Nullable String value, Map<String, String> parameters) {

		@Nullable String parameter(String parameter) {
			return this.parameters.get(parameter);
		}

	}

}
