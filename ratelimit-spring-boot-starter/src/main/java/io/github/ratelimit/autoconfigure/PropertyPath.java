package io.github.ratelimit.autoconfigure;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The name of a property as a property source spells it, split into its elements. Unlike
 * Boot's own names it keeps characters that Boot drops.
 *
 * @param elements the elements in their order
 */
record PropertyPath(List<Element> elements) {

	/** Splits a name at its dots and brackets: {@code limits.chat.key[0]}. */
	static PropertyPath ofName(String name) {
		List<Element> elements = new ArrayList<>();
		StringBuilder text = new StringBuilder();
		int depth = 0;
		for (int i = 0; i < name.length(); i++) {
			char c = name.charAt(i);
			boolean opens = (c == '[');
			boolean closes = (c == ']' && depth > 0);
			if ((opens && depth == 0) || (closes && depth == 1) || (c == '.' && depth == 0)) {
				add(elements, text, closes);
			}
			else {
				text.append(c);
			}
			depth += opens ? 1 : (closes ? -1 : 0);
		}
		add(elements, text, false);
		return new PropertyPath(elements);
	}

	/** Splits the name of an environment variable at its underscores. */
	static PropertyPath ofVariable(String name) {
		List<Element> elements = new ArrayList<>();
		for (String token : name.toLowerCase(Locale.ROOT).split("_", -1)) {
			elements.add(new Element(token, isNumber(token)));
		}
		return new PropertyPath(elements);
	}

	private static void add(List<Element> elements, StringBuilder text, boolean bracketed) {
		if (!text.isEmpty()) {
			elements.add(new Element(text.toString(), bracketed));
			text.setLength(0);
		}
	}

	int size() {
		return this.elements.size();
	}

	Element get(int index) {
		return this.elements.get(index);
	}

	/** Returns the letters and digits of the first elements. */
	String joined(int size) {
		StringBuilder joined = new StringBuilder();
		for (Element element : this.elements.subList(0, size)) {
			joined.append(element.uniform());
		}
		return joined.toString();
	}

	/** Returns the name of the environment variable for this property. */
	String toVariable() {
		List<String> uniform = this.elements.stream().map(Element::uniform).toList();
		return String.join("_", uniform).toUpperCase(Locale.ROOT);
	}

	/** Returns what Boot compares names by: lower-case letters and digits. */
	static String uniform(String text) {
		StringBuilder uniform = new StringBuilder(text.length());
		for (int i = 0; i < text.length(); i++) {
			char c = Character.toLowerCase(text.charAt(i));
			if ((c >= 'a' && c <= 'z') || isDigit(c)) {
				uniform.append(c);
			}
		}
		return uniform.toString();
	}

	private static boolean isNumber(String text) {
		for (int i = 0; i < text.length(); i++) {
			if (!isDigit(text.charAt(i))) {
				return false;
			}
		}
		return !text.isEmpty();
	}

	private static boolean isDigit(char c) {
		return c >= '0' && c <= '9';
	}

	/**
	 * One element.
	 *
	 * @param text as it is written, without brackets
	 * @param bracketed whether it stands in brackets
	 */
	record Element(String text, boolean bracketed) {

		String uniform() {
			return PropertyPath.uniform(this.text);
		}

		boolean isIndex() {
			return this.bracketed && isNumber(this.text);
		}

	}

}
