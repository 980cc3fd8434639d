package io.github.ratelimit.expression;

import java.util.function.Predicate;

/**
 * A parsed expression that tells which calls are exempt from a limit. Thread-safe.
 *
 * @param text the expression as it was written
 * @param inputs what it depends on
 * @param evaluation evaluates the condition; does not fail because of the client's input
 */
public record ExemptionExpression(String text, ExpressionInputs inputs, Predicate<Call> evaluation) {

	/**
	 * Evaluates the condition.
	 * @param call the call
	 * @return whether the call is exempt; false if the expression has no value or fails,
	 * so that a failure never exempts a call
	 */
	public boolean holds(Call call) {
		return this.evaluation.test(call);
	}

	@Override
	public String toString() {
		return this.text;
	}

}
