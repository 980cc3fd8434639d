package io.github.ratelimit.expression;

import java.util.Set;

/**
 * What the value of an expression depends on. Immutable.
 *
 * @param securityContext whether it depends on the authenticated caller, and so has to be
 * evaluated after Spring Security
 * @param chosenByClient whether a client can choose it, by a header, a cookie, a
 * parameter, the method or the path; what a bean makes of them is not the client's choice
 * @param address whether it depends on the client's address, also through a condition
 * such as {@code inSubnet('10.0.0.0/8')}
 * @param needsRequest whether there is no value if no request is bound
 * @param undeclaredBeans the names of beans of which nothing states whether they read the
 * security context
 */
public record ExpressionInputs(boolean securityContext, boolean chosenByClient, boolean address, boolean needsRequest,
		Set<String> undeclaredBeans) {

	/** The inputs of a constant: none. */
	public static final ExpressionInputs NONE = new ExpressionInputs(false, false, false, false, Set.of());

	/**
	 * Creates the inputs.
	 */
	public ExpressionInputs {
		undeclaredBeans = Set.copyOf(undeclaredBeans);
	}

	/**
	 * Returns the same inputs of an expression that needs a request or does not.
	 * @param needsRequest whether there is no value where no request is bound
	 * @return the inputs
	 */
	public ExpressionInputs withNeedsRequest(boolean needsRequest) {
		return new ExpressionInputs(this.securityContext, this.chosenByClient, this.address, needsRequest,
				this.undeclaredBeans);
	}

}
