package io.github.ratelimit.expression.spel;

import io.github.ratelimit.expression.InvalidExpressionException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.springframework.expression.spel.SpelMessage;
import org.springframework.expression.spel.SpelParseException;

/** Explains what is wrong with the syntax of an expression. */
final class SyntaxErrors {

	private static final Pattern UNQUOTED_SUBNET = Pattern.compile("\\d{1,3}(?:\\.\\d{1,3}){3}(?:/\\d{1,2})?");

	private static final Pattern NEEDS_QUOTES_IN_LIST = Pattern.compile("[,\\[\\]{}]");

	private static final String SYNTAX = "Write a SpEL expression, with texts and names of headers in single quotes.";

	private SyntaxErrors() {
	}

	/**
	 * Returns the failure for a text that is no expression.
	 * @param text the text
	 * @param failure why it is none
	 * @param isKey whether a part of a key is a key, always false for other expressions
	 * @return the failure with a correction
	 */
	static InvalidExpressionException of(String text, RuntimeException failure, Predicate<String> isKey) {
		if (failure instanceof SpelParseException ex) {
			return new InvalidExpressionException(text, "does not parse at character " + (ex.getPosition() + 1) + " ("
					+ withoutCode(ex.getSimpleMessage()) + ")", remedy(text, isKey));
		}
		return new InvalidExpressionException(text, "does not parse", SYNTAX);
	}

	/** Removes the code at the beginning of Spring's messages. */
	private static String withoutCode(String message) {
		int end = message.indexOf(": ");
		return (end > 0 && end < 10) ? message.substring(end + 2) : message;
	}

	private static String remedy(String text, Predicate<String> isKey) {
		Matcher subnet = UNQUOTED_SUBNET.matcher(text);
		if (subnet.find()) {
			return "Write inSubnet('" + subnet.group() + "').";
		}
		List<String> keys = sequence(text.strip(), isKey);
		if (keys.isEmpty()) {
			return SYNTAX;
		}
		String list = keys.stream()
			.map((key) -> NEEDS_QUOTES_IN_LIST.matcher(key).find() ? "\"" + key + "\"" : key)
			.collect(Collectors.joining(", ", "[", "]"));
		return "A comma separates the keys of which the first that has a value counts: key: " + list
				+ " in YAML, or coalesce(" + String.join(", ", keys) + "). A + makes one key of all: "
				+ String.join(" + ", keys) + ".";
	}

	/** Returns the keys that a text has one behind the other, empty if it is no such. */
	private static List<String> sequence(String text, Predicate<String> isKey) {
		List<String> keys = new ArrayList<>();
		String rest = text;
		while (!rest.isEmpty()) {
			String key = rest.substring(0, endOfExpression(rest)).strip();
			if (!isKey.test(key)) {
				return List.of();
			}
			keys.add(key);
			rest = rest.substring(endOfExpression(rest)).strip();
		}
		return keys;
	}

	/** Returns where the expression ends with which a text begins, 0 if there is none. */
	private static int endOfExpression(String text) {
		try {
			ParsedExpression.parse(text);
			return text.length();
		}
		catch (SpelParseException ex) {
			return (ex.getMessageCode() == SpelMessage.MORE_INPUT) ? ex.getPosition() : 0;
		}
		catch (RuntimeException ex) {
			return 0;
		}
	}

}
