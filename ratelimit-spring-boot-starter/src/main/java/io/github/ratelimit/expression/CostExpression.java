package io.github.ratelimit.expression;

import java.util.function.ToLongFunction;

/**
 * A number or a parsed expression for the permits that a call takes. Thread-safe.
 *
 * @param text the expression as it was written
 * @param inputs what it depends on
 * @param evaluation computes the permits of a call; does not fail because of the client's
 * input
 */
public record CostExpression(String text, ExpressionInputs inputs, ToLongFunction<ExpressionRoot> evaluation) {

	/**
	 * Evaluates the expression.
	 * @param call the call
	 * @return permits, saturated at {@link Long#MAX_VALUE}: of a number 0 or more, of any
	 * other expression at least 1, so that no client can choose to pay nothing; 1 also if
	 * the expression has no value, a negative one or no number
	 */
	public long evaluate(ExpressionRoot call) {
		return this.evaluation.applyAsLong(call);
	}

	@Override
	public String toString() {
		return this.text;
	}

}
