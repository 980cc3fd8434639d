package io.github.ratelimit.expression;

import io.github.ratelimit.Key;
import io.github.ratelimit.KeySource;
import org.jspecify.annotations.Nullable;

/** A parsed expression that says whose permits a call takes. Thread-safe. */
public interface KeyExpression {

	/**
	 * Evaluates the expression. What the client's input causes to fail is a missing
	 * value.
	 * @param call the call
	 * @return the key, null where the expression has no value or an empty one
	 */
	@Nullable Key evaluate(Call call);

	/**
	 * Returns the expression as it was written, and the kind of its keys.
	 * @return the source
	 */
	KeySource source();

	/**
	 * Returns whether the expression looks at {@code user} or {@code claim}, and so has
	 * to be evaluated after Spring Security.
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
