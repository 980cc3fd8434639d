package io.github.ratelimit.expression;

/** A parsed number or expression that says how many permits a call takes. Thread-safe. */
public interface CostExpression {

	/**
	 * Evaluates the expression.
	 * @param call the call
	 * @return permits, saturated at {@link Long#MAX_VALUE}: of a number 0 or more, of any
	 * other expression at least 1, so that no client can choose to pay nothing; 1 also
	 * where the expression has no value, a negative one or no number
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

	/**
	 * Returns whether the expression has no value where no request is bound.
	 * @return whether it looks at a request and at nothing else
	 */
	default boolean needsRequest() {
		return false;
	}

}
