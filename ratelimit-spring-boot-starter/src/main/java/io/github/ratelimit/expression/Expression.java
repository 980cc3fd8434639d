package io.github.ratelimit.expression;

import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A parsed expression other than a key: the cost or the plan of a call, whether it is
 * exempt, or after the call whether it counts and its actual cost. Thread-safe.
 *
 * @param <T> the type of its value
 * @param text the expression as it was written
 * @param inputs what it depends on
 * @param evaluation computes the value of a call
 */
public record Expression<T extends @Nullable Object>(String text, Inputs inputs,
		Function<ExpressionRoot, T> evaluation) {

	/**
	 * Evaluates the expression.
	 * @param call the call
	 * @return the value
	 */
	public T evaluate(ExpressionRoot call) {
		return this.evaluation.apply(call);
	}

	@Override
	public String toString() {
		return this.text;
	}

	/**
	 * What the value of an expression depends on. Immutable.
	 *
	 * @param securityContext whether it depends on the authenticated caller, and so has
	 * to be evaluated after Spring Security
	 * @param chosenByClient whether a client can choose it, by a header, a cookie, a
	 * parameter, the method or the path; what a bean makes of them is not the client's
	 * choice
	 * @param address whether it depends on the client's address, also through a condition
	 * such as {@code inSubnet('10.0.0.0/8')}
	 * @param needsRequest whether there is no value if no request is bound
	 * @param undeclaredBeans the names of beans of which nothing states whether they read
	 * the security context
	 * @param literals the texts that are written in the expression and can be its value;
	 * it may have others, which calls bring
	 */
	public record Inputs(boolean securityContext, boolean chosenByClient, boolean address, boolean needsRequest,
			Set<String> undeclaredBeans, Set<String> literals) {

		/** The inputs of a constant: none. */
		public static final Inputs NONE = new Inputs(false, false, false, false, Set.of(), Set.of());

		/**
		 * Creates the inputs.
		 */
		public Inputs {
			undeclaredBeans = Set.copyOf(undeclaredBeans);
			literals = Set.copyOf(literals);
		}

		/**
		 * Returns the same inputs of an expression that needs a request or does not.
		 * @param needsRequest whether there is no value where no request is bound
		 * @return the inputs
		 */
		public Inputs withNeedsRequest(boolean needsRequest) {
			return new Inputs(this.securityContext, this.chosenByClient, this.address, needsRequest,
					this.undeclaredBeans, this.literals);
		}

	}

}
