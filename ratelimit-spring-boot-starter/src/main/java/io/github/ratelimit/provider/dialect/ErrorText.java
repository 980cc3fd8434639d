package io.github.ratelimit.provider.dialect;

import java.time.Duration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Reads the sentences in which providers explain an error, as in
 * {@code Rate limit reached … on tokens per min (TPM): Limit 15000, Used 11972, Requested 4351. Please try again in 5.289s.}
 * Every number in them is short, and no pattern backtracks.
 */
final class ErrorText {

	private static final int MAX_LENGTH = 2000;

	private static final Pattern LIMIT = pattern("\\blimit:? (?:of )?([0-9,]++)");

	private static final Pattern LIMIT_OF = pattern("\\bof ([0-9,]++) (?:input |output )?(?:tokens|requests) per ");

	private static final Pattern ACTUAL = pattern("\\(actual/limit\\): ([0-9,]++)/");

	private static final Pattern ACTUAL_LIMIT = pattern("\\(actual/limit\\): [0-9,]++/([0-9,]++)");

	private static final Pattern USED = pattern("\\b(?:used|current):? ~?([0-9,]++)");

	private static final Pattern REQUESTED = pattern("\\brequested:? ~?([0-9,]++)");

	private static final Pattern PERIOD = pattern("(?:\\bper[ -]|/ |s-per-)(second|min|hour|day|month)(?:ute)?\\b");

	private static final Pattern SHORT = pattern("\\(([RT])P([SMHD])\\)");

	private static final Pattern WAIT = pattern("\\b(?:again in|retry in|retry after):? ");

	/** One of the numbers of a wait, with its unit if it has one. */
	private static final Pattern PART = pattern(
			"\\G,? ?(?:and )?([0-9]++(?:,[0-9]{3})*+(?:\\.[0-9]++)?+) ?+([a-z\u00b5\u03bc]*+)");

	private static final Pattern OVER = pattern("\\s*+$|[.,;:!)]++(?:\\s|$)");

	private final String text;

	ErrorText(String text) {
		String start = (text.length() > MAX_LENGTH) ? text.substring(0, MAX_LENGTH) : text;
		this.text = start.toLowerCase(Locale.ROOT);
	}

	private static Pattern pattern(String regex) {
		return Pattern.compile(regex, Pattern.CASE_INSENSITIVE);
	}

	/** Returns whether the text has one of these phrases, which are in lower case. */
	boolean has(String... phrases) {
		return Stream.of(phrases).anyMatch(this.text::contains);
	}

	/** Returns whether the request needs more than the capacity of the limit. */
	boolean isTooLarge() {
		long limit = first(LIMIT);
		return limit > 0 && first(REQUESTED) > limit;
	}

	/** Returns the limit that the text names, null if there is none. */
	@Nullable Quota quota() {
		long limit = first(LIMIT, LIMIT_OF, ACTUAL_LIMIT);
		Dimension dimension = dimension();
		if (limit <= 0 || dimension == null) {
			return null;
		}
		long used = first(USED, ACTUAL);
		Duration window = window();
		long remaining = (used != Quota.UNKNOWN) ? Math.max(0, limit - used) : Quota.UNKNOWN;
		Duration untilFull = (used != Quota.UNKNOWN && window != null)
				? TimeParser.bounded((double) used / limit * window.toSeconds()) : null;
		return new Quota(dimension, limit, remaining, untilFull, window, Refill.CONTINUOUS);
	}

	@Nullable Dimension dimension() {
		Matcher shortName = SHORT.matcher(this.text);
		if (shortName.find()) {
			return shortName.group(1).equals("t") ? Dimension.TOKENS : Dimension.REQUESTS;
		}
		if (has("input tokens")) {
			return Dimension.INPUT_TOKENS;
		}
		if (has("output tokens")) {
			return Dimension.OUTPUT_TOKENS;
		}
		if (has("tokens per ", "tokens_usage_based per ", "token rate limit", "too many tokens")) {
			return Dimension.TOKENS;
		}
		return has("requests per ", "call rate limit", "too many requests") ? Dimension.REQUESTS : null;
	}

	@Nullable Duration window() {
		Matcher shortName = SHORT.matcher(this.text);
		if (shortName.find()) {
			return window(shortName.group(2));
		}
		Matcher period = PERIOD.matcher(this.text);
		return period.find() ? window(period.group(1)) : null;
	}

	private static Duration window(String unit) {
		return switch (unit) {
			case "s", "second" -> WindowInference.SECOND;
			case "m", "min" -> WindowInference.MINUTE;
			case "h", "hour" -> WindowInference.HOUR;
			case "d", "day" -> WindowInference.DAY;
			default -> WindowInference.MONTH;
		};
	}

	/** Returns the wait that the text contains, null if there is none. */
	@Nullable Duration retryAfter() {
		Matcher wait = WAIT.matcher(this.text);
		if (!wait.find()) {
			return null;
		}
		Matcher part = PART.matcher(this.text).region(wait.end(), this.text.length());
		double seconds = Double.NaN;
		while (part.find()) {
			boolean first = Double.isNaN(seconds);
			double number = DecimalParser.parse(part.group(1).replace(",", ""));
			if (first && part.group(2).isEmpty() && isOver(part.end())) {
				return TimeParser.bounded(number);
			}
			seconds = (first ? 0 : seconds) + number * TimeParser.unitSeconds(part.group(2));
			if (Double.isNaN(seconds)) {
				return null;
			}
		}
		return TimeParser.bounded(seconds);
	}

	/** Returns whether a number without a unit, which is seconds, ends here. */
	private boolean isOver(int at) {
		return OVER.matcher(this.text).region(at, this.text.length()).lookingAt();
	}

	private long first(Pattern... patterns) {
		for (Pattern pattern : patterns) {
			Matcher matcher = pattern.matcher(this.text);
			double number = matcher.find() ? DecimalParser.parse(matcher.group(1).replace(",", "")) : Double.NaN;
			if (number < ResponseReader.INEXACT) {
				return (long) number;
			}
		}
		return Quota.UNKNOWN;
	}

}
