package io.github.ratelimit.expression;

/** A parsed number or expression that says how many permits a call takes. Thread-safe. */
public interface CostExpression {

	/**
	 * Evaluates the expression.
	 * @param call the call
	 * @return permits, 0 or more, saturated at {@link Long#MAX_VALUE}; 1 where the
	 * expression has no value, a negative one or no number
	 */
	long evaluate(Call call);

	/**
	 * Returns the expression as it was written.
	 * @return the text
	 */
	String text();

	/**
	 * Returns whether the expression looks at {@code user} or {@code claim}.
	 * @return whether it looks at who is authenticated
	 */
	boolean looksAtSecurity();

}
