package io.github.ratelimit.expression;

import java.util.function.Function;

import io.github.ratelimit.Key;
import io.github.ratelimit.registry.KeySource;
import org.jspecify.annotations.Nullable;

/**
 * A parsed expression for the key whose permits a call takes. Thread-safe.
 *
 * @param source the expression as it was written, and the kind of its keys
 * @param looksAtSecurity whether the expression reads {@code user} or {@code claim}, and
 * so has to be evaluated after Spring Security
 * @param needsRequest whether the expression has no value if no request is bound
 * @param evaluation computes the key of a call; does not fail because of the client's
 * input
 */
public record KeyExpression(KeySource source, boolean looksAtSecurity, boolean needsRequest,
		Function<Call, @Nullable Key> evaluation) {

	/**
	 * Evaluates the expression. A failure because of the client's input is a missing
	 * value.
	 * @param call the call
	 * @return the key, null if the expression has no value or an empty one
	 */
	public @Nullable Key evaluate(Call call) {
		return this.evaluation.apply(call);
	}

	@Override
	public String toString() {
		return this.source.expression();
	}

}
