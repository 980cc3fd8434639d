package io.github.ratelimit.expression;

import io.github.ratelimit.Key;
import io.github.ratelimit.registry.KeySource;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A parsed expression for the key whose permits a call takes. Thread-safe.
 *
 * @param source the expression as it was written, and the kind of its keys
 * @param inputs what it depends on
 * @param evaluation computes the key of a call; does not fail because of the client's
 * input
 */
public record KeyExpression(KeySource source, Expression.Inputs inputs,
		Function<ExpressionRoot, @Nullable Key> evaluation) {

	/**
	 * Evaluates the expression. A failure because of the client's input is a missing
	 * value.
	 * @param call the call
	 * @return the key, null if the expression has no value or an empty one
	 */
	public @Nullable Key evaluate(ExpressionRoot call) {
		return this.evaluation.apply(call);
	}

	/**
	 * Returns whether clients choose the key, so that a new value for each call gives
	 * them new permits.
	 * @return whether clients send it, and nothing in it identifies the caller
	 */
	public boolean isChosenByClient() {
		return this.inputs.chosenByClient() && !isIdentity();
	}

	/**
	 * Returns whether the key identifies the caller: no client can choose it. Of several
	 * alternatives the first decides, since a client that sends its value never gets to
	 * the others.
	 * @return whether it is the client's address, or depends on the authenticated caller
	 */
	public boolean isIdentity() {
		String first = this.source.kind();
		boolean sent = first.equals(Key.VALUE_KIND) && this.inputs.chosenByClient();
		return first.equals(Key.ADDRESS_KIND) || (this.inputs.securityContext() && !sent);
	}

	@Override
	public String toString() {
		return this.source.expression();
	}

}
