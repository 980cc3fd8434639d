package io.github.ratelimit.expression;

import org.jspecify.annotations.Nullable;

/**
 * One call that expressions are evaluated over: a request, a method call, or a method
 * call within a request.
 *
 * @param request the facts of the request, null where none is bound
 * @param target the bean whose method is called, null for a request alone
 * @param arguments the method's arguments in the order of its parameters, not copied;
 * empty for a request alone
 */
public record Call(@Nullable RequestFacts request, @Nullable Object target, @Nullable Object[] arguments) {

	private static final Object[] NO_ARGUMENTS = {};

	/**
	 * Returns the call that a request is.
	 * @param request the facts of the request
	 * @return the call
	 */
	public static Call of(RequestFacts request) {
		return new Call(request, null, NO_ARGUMENTS);
	}

	/**
	 * Returns the call of a method.
	 * @param request the facts of the request it serves, null where none is bound
	 * @param target the bean
	 * @param arguments the arguments
	 * @return the call
	 */
	public static Call of(@Nullable RequestFacts request, Object target, @Nullable Object[] arguments) {
		return new Call(request, target, arguments);
	}

}
