package io.github.ratelimit;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads {@code <permits>/<period>[ burst <permits>]}. */
final class RateParser {

	private static final String FORM = "Write <permits>/<period>[ burst <permits>], for example 10/min, 5/15min or 60/min burst 90.";

	private static final Pattern WORDS = Pattern
		.compile("(\\d+)(?: \\w+)? (?:per|every|each|in|an?) (\\d*) ?([A-Za-z]+)");

	private final String text;

	private RateParser(String text) {
		this.text = text;
	}

	static Rate parse(String text) {
		return new RateParser(text.strip()).parse();
	}

	private Rate parse() {
		if (this.text.isEmpty()) {
			throw refuse("is empty", FORM);
		}
		int slash = this.text.indexOf('/');
		if (slash < 0) {
			throw refuse("has no period", remedyOfWords());
		}
		long permits = number(this.text.substring(0, slash).strip(), "permits");
		String rest = this.text.substring(slash + 1).strip();
		int space = firstWhitespace(rest);
		Duration period = PeriodUnit.parse((space < 0) ? rest : rest.substring(0, space), permits + "/", this::refuse);
		long burst = (space < 0) ? permits : burst(rest.substring(space).strip());
		RateRules.check(this.text, permits, period, burst);
		return new Rate(permits, period, burst);
	}

	/** Rates that are written as people say them: 60 per minute. */
	private String remedyOfWords() {
		Matcher words = WORDS.matcher(this.text);
		PeriodUnit unit = words.matches() ? PeriodUnit.ofWord(words.group(3)) : null;
		return (unit != null) ? "Write '" + words.group(1) + "/" + words.group(2) + unit.symbol() + "'." : FORM;
	}

	private long burst(String suffix) {
		int space = firstWhitespace(suffix);
		if (space < 0 || !suffix.substring(0, space).equals("burst")) {
			throw refuse("has '" + suffix + "' after its period", FORM);
		}
		return number(suffix.substring(space).strip(), "burst");
	}

	private long number(String digits, String what) {
		if (digits.isEmpty()) {
			throw refuse("has no number of " + what, FORM);
		}
		int start = (digits.charAt(0) == '-' && digits.length() > 1) ? 1 : 0;
		for (int i = start; i < digits.length(); i++) {
			if (!isDigit(digits.charAt(i))) {
				throw refuse("has '" + digits + "' as " + what, "Write a whole number in digits, without separators.");
			}
		}
		try {
			return Long.parseLong(digits);
		}
		catch (NumberFormatException ex) {
			throw refuse("has more " + what + " than can be counted",
					"The most that can be counted is " + Rate.MAX_PERMITS + ".");
		}
	}

	private InvalidRateException refuse(String problem, String remedy) {
		return new InvalidRateException(this.text, problem, remedy);
	}

	private static boolean isDigit(char c) {
		return c >= '0' && c <= '9';
	}

	private static int firstWhitespace(String text) {
		for (int i = 0; i < text.length(); i++) {
			if (Character.isWhitespace(text.charAt(i))) {
				return i;
			}
		}
		return -1;
	}

}
