package io.github.ratelimit.expression;

import java.util.function.Function;

import org.jspecify.annotations.Nullable;

/**
 * A parsed expression for the plan of a call. Thread-safe.
 *
 * @param text the expression as it was written
 * @param inputs what it depends on
 * @param evaluation computes the plan of a call; does not fail because of the client's
 * input
 */
public record PlanExpression(String text, ExpressionInputs inputs, Function<ExpressionRoot, @Nullable String> evaluation) {

	/**
	 * Evaluates the expression. A failure because of the client's input is a missing
	 * value.
	 * @param call the call
	 * @return the name of a plan, null if the expression has no value or an empty one
	 */
	public @Nullable String evaluate(ExpressionRoot call) {
		return this.evaluation.apply(call);
	}

	@Override
	public String toString() {
		return this.text;
	}

}
