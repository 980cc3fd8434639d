package io.github.ratelimit.expression;

import org.jspecify.annotations.Nullable;

/** A parsed expression that says on which plan a call is. Thread-safe. */
public interface PlanExpression {

	/**
	 * Evaluates the expression. What the client's input causes to fail is a missing
	 * value.
	 * @param call the call
	 * @return the name of a plan, null where the expression has no value or an empty one
	 */
	@Nullable String evaluate(Call call);

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
	 * Returns whether the expression looks at what a client can choose, such as a header.
	 * @return whether callers can choose their plan
	 */
	boolean looksAtClient();

	/**
	 * Returns whether the expression has no value where no request is bound.
	 * @return whether it looks at a request and at nothing else
	 */
	default boolean needsRequest() {
		return false;
	}

}
