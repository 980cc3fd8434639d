package io.github.ratelimit.expression;

import java.util.function.Function;

import org.jspecify.annotations.Nullable;

/**
 * A parsed expression for the plan of a call. Thread-safe.
 *
 * @param text the expression as it was written
 * @param looksAtSecurity whether the expression looks at {@code user} or {@code claim}
 * @param looksAtClient whether the expression looks at what a client can choose, such as
 * a header, so that callers can choose their plan
 * @param needsRequest whether the expression has no value where no request is bound
 * @param evaluation finds the plan of a call; it does not fail by what a client sent
 */
public record PlanExpression(String text, boolean looksAtSecurity, boolean looksAtClient, boolean needsRequest,
		Function<Call, @Nullable String> evaluation) {

	/**
	 * Evaluates the expression. A failure because of the client's input is a missing
	 * value.
	 * @param call the call
	 * @return the name of a plan, null where the expression has no value or an empty one
	 */
	public @Nullable String evaluate(Call call) {
		return this.evaluation.apply(call);
	}

	@Override
	public String toString() {
		return this.text;
	}

}
