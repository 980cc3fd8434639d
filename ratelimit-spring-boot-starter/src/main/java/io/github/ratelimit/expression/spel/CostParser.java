package io.github.ratelimit.expression.spel;

import io.github.ratelimit.expression.Expression;
import io.github.ratelimit.permit.LimitedRequest;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import org.jspecify.annotations.Nullable;
import org.springframework.expression.spel.SpelNode;
import org.springframework.expression.spel.ast.Literal;

/**
 * Parses costs and actual costs, and converts their values to numbers of permits. A
 * client that chooses the value must gain nothing by invalid input, nor make the
 * arithmetic expensive: a value that is no number of permits counts as {@link #DEFAULT}.
 */
final class CostParser {

	private static final String WHAT_IS_A_COST = "Write a number of permits, such as 500, or leave the cost out for 1.";

	private static final String WHAT_SETTLES = "Write what a call turned out to cost, such as #result.usage.totalTokens "
			+ "on a method or attribute('usage') in the configuration.";

	/** The cost of a call without a valid cost. */
	private static final long DEFAULT = 1;

	/** The value is not a number of permits. */
	private static final long NONE = LimitedRequest.UNKNOWN;

	private static final int MAX_TEXT_LENGTH = 64;

	private static final BigDecimal MAX = BigDecimal.valueOf(Long.MAX_VALUE);

	private CostParser() {
	}

	/**
	 * Parses a cost. The client may choose the values that an expression reads, and no
	 * client may pay nothing.
	 */
	static Expression<Long> cost(ParsedExpression expression) {
		BigDecimal number = decimal(expression.text().strip());
		if (number == null) {
			SpelNode node = expression.parseAndCheck(WHAT_IS_A_COST);
			expression.types().checkNumber(node);
			return expression.expression(node, (value) -> Math.max(DEFAULT, permits(value)));
		}
		if (number.signum() < 0) {
			throw expression.invalid("is a negative number of permits",
					"Write 0 or more; permits are given back by other means.");
		}
		Long permits = permits(number);
		return new Expression<>(expression.text(), Expression.Inputs.NONE, (call) -> permits);
	}

	/**
	 * Parses an actual cost. Libraries report 0 if they do not know the usage, so 0 is
	 * not a cost.
	 */
	static Expression<Long> settle(ParsedExpression expression) {
		SpelNode node = expression.parseAndCheck(WHAT_SETTLES);
		if (node instanceof Literal) {
			throw expression.invalid("is the same for every call",
					"Write it as the cost, or write an expression that depends on the call.");
		}
		expression.types().checkNumber(node);
		return expression.outcome(node, (value) -> {
			long permits = permits(value);
			return (permits > 0) ? permits : LimitedRequest.UNKNOWN;
		});
	}

	/**
	 * Returns the permits that a value is.
	 * @param value a number or the text of one; anything else is no number
	 * @return whole permits, fractions rounded up, saturated; {@link #NONE} if the value
	 * is no number or negative
	 */
	private static long permits(@Nullable Object value) {
		if (value instanceof BigDecimal decimal) {
			return ofDecimal(decimal);
		}
		if (value instanceof BigInteger integer) {
			return ofDecimal(new BigDecimal(integer));
		}
		if (value instanceof Number number) {
			return ofNumber(number);
		}
		if (value instanceof CharSequence text) {
			return ofText(text);
		}
		Object unwrapped = (value != null) ? ValueToText.unwrap(value) : null;
		return (unwrapped != value) ? permits(unwrapped) : NONE;
	}

	private static long ofNumber(Number number) {
		double permits = number.doubleValue();
		if (Double.isNaN(permits) || permits < 0) {
			return NONE;
		}
		long whole = number.longValue();
		return ((double) whole == permits) ? whole : (long) Math.ceil(permits);
	}

	/** Never scales a number whose exponent is out of range: that would fill memory. */
	private static long ofDecimal(BigDecimal permits) {
		if (permits.signum() <= 0) {
			return (permits.signum() == 0) ? 0 : NONE;
		}
		if (permits.compareTo(MAX) >= 0) {
			return Long.MAX_VALUE;
		}
		if (permits.compareTo(BigDecimal.ONE) <= 0) {
			return 1;
		}
		return permits.setScale(0, RoundingMode.CEILING).longValueExact();
	}

	private static long ofText(CharSequence sequence) {
		if (sequence.length() > MAX_TEXT_LENGTH) {
			return NONE;
		}
		BigDecimal number = decimal(sequence.toString().strip());
		return (number != null) ? ofDecimal(number) : NONE;
	}

	/**
	 * Returns the number in a text.
	 * @param text a decimal number, with or without an exponent
	 * @return the number, null if the text is none
	 */
	private static @Nullable BigDecimal decimal(String text) {
		boolean digit = false;
		for (int i = 0; i < text.length(); i++) {
			char c = text.charAt(i);
			digit |= (c >= '0' && c <= '9');
			if ((c < '0' || c > '9') && "+-.eE".indexOf(c) < 0) {
				return null; // an exception for each request would cost more
			}
		}
		try {
			return digit ? new BigDecimal(text) : null;
		}
		catch (NumberFormatException ex) {
			return null;
		}
	}

}
