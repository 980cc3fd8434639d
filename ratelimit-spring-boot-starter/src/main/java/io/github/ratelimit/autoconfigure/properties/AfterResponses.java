package io.github.ratelimit.autoconfigure.properties;

import io.github.ratelimit.Limit;
import io.github.ratelimit.autoconfigure.properties.RateLimitProperties.LimitProperties;
import io.github.ratelimit.expression.AfterResponse;
import io.github.ratelimit.expression.spel.ExpressionParser;
import io.github.ratelimit.expression.InvalidExpressionException;
import io.github.ratelimit.expression.Expression;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Reads what a limit determines after the response. */
final class AfterResponses {

	private AfterResponses() {
	}

	/**
	 * Reads {@code count-when} and {@code settle}.
	 * @param parser parses expressions
	 * @param limit the limit
	 * @param properties its properties
	 * @return what it determines, null if it is nothing
	 * @throws InvalidConfigurationException for the first value that cannot be
	 */
	static @Nullable AfterResponse read(ExpressionParser parser, Limit limit, LimitProperties properties) {
		String property = "ratelimit.limits." + limit.name();
		Expression<Boolean> countWhen = parse(property + ".count-when", properties.countWhen(),
				parser::requestCondition, "Write when a call counts, for example status == 401, or remove it.");
		Expression<Long> settle = parse(property + ".settle", properties.settle(), parser::requestSettle,
				"Write what a call turned out to cost, for example attribute('usage'), or remove it.");
		if (countWhen != null) {
			checkPaid(property + ".count-when", countWhen.text(), limit);
			checkNotWaiting(property + ".count-when", countWhen.text(), limit);
		}
		if (settle != null) {
			checkPaid(property + ".settle", settle.text(), limit);
		}
		return (countWhen != null || settle != null) ? new AfterResponse(countWhen, settle) : null;
	}

	/**
	 * Parses the expression of a property.
	 * @param property the property's full name
	 * @param text the expression, null if there is none
	 * @param parser parses it
	 * @param whatToWrite what to write instead of an empty text
	 * @return the expression, null if there is none
	 * @throws InvalidConfigurationException if it is empty or does not parse
	 */
	static <E> @Nullable E parse(String property, @Nullable String text, Function<String, E> parser,
			String whatToWrite) {
		if (text == null) {
			return null;
		}
		if (text.isBlank()) {
			throw new InvalidConfigurationException(property, "", "is empty", whatToWrite);
		}
		try {
			return parser.apply(text);
		}
		catch (InvalidExpressionException ex) {
			throw new InvalidConfigurationException(property, text, ex.problem(), ex.remedy());
		}
	}

	private static void checkPaid(String property, String text, Limit limit) {
		if (limit.isConcurrency()) {
			throw new InvalidConfigurationException(property, text,
					"applies to calls that have a cost, but the limit '" + limit.name() + "' counts calls in flight",
					"Remove it, or give the limit a rate instead of max-concurrent.");
		}
	}

	private static void checkNotWaiting(String property, String text, Limit limit) {
		if (limit.isPaced()) {
			throw new InvalidConfigurationException(property, text,
					"is evaluated after the response, but calls of the limit '" + limit.name()
							+ "' are queued before it",
					"Remove it, or remove max-wait.");
		}
	}

}
