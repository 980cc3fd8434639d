package io.github.ratelimit.expression;

import java.util.Arrays;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

/**
 * One call that expressions are evaluated over: a request, a method call, or a method
 * call within a request. Its methods are the variables and functions of expressions;
 * without a request they have no value.
 *
 * @param request the facts of the request, null if none is bound
 * @param arguments the method's arguments in the order of its parameters, not copied;
 * empty for a request alone
 * @param status the status of the response, null before there is one
 */
public record ExpressionRoot(@Nullable RequestFacts request, @Nullable Object[] arguments, @Nullable Integer status) {

	private static final Object[] NO_ARGUMENTS = {};

	/**
	 * Returns the call of a request.
	 * @param request the facts of the request
	 * @return the call
	 */
	public static ExpressionRoot of(RequestFacts request) {
		return of(request, NO_ARGUMENTS);
	}

	/**
	 * Returns the call of a method.
	 * @param request the facts of the request it serves, null if none is bound
	 * @param arguments the arguments, not copied
	 * @return the call
	 */
	public static ExpressionRoot of(@Nullable RequestFacts request, @Nullable Object[] arguments) {
		return new ExpressionRoot(request, arguments, null);
	}

	/**
	 * Returns the same call after its response.
	 * @param status the status of the response
	 * @return the answered call
	 */
	public ExpressionRoot answered(int status) {
		return new ExpressionRoot(this.request, this.arguments, status);
	}

	/**
	 * Returns the same call after its method has returned: the result follows the
	 * arguments.
	 * @param result the result of the method
	 * @return the call with its result
	 */
	public ExpressionRoot returned(@Nullable Object result) {
		@Nullable Object[] values = Arrays.copyOf(this.arguments, this.arguments.length + 1);
		values[this.arguments.length] = result;
		return new ExpressionRoot(this.request, values, this.status);
	}

	/**
	 * Returns the value of the variable {@code ip}.
	 * @return see {@link RequestFacts#ip()}, null without a request
	 */
	public @Nullable String ip() {
		return (this.request != null) ? this.request.ip() : null;
	}

	/**
	 * Returns the value of the variable {@code user}.
	 * @return see {@link RequestFacts#user()}, null without a request
	 */
	public @Nullable String user() {
		return (this.request != null) ? this.request.user() : null;
	}

	/**
	 * Returns the value of the variable {@code method}.
	 * @return see {@link RequestFacts#method()}, null without a request
	 */
	public @Nullable String method() {
		return (this.request != null) ? this.request.method() : null;
	}

	/**
	 * Returns the value of the variable {@code path}.
	 * @return see {@link RequestFacts#path()}, null without a request
	 */
	public @Nullable String path() {
		return (this.request != null) ? this.request.path() : null;
	}

	/**
	 * Returns the value of a header.
	 * @param name the name
	 * @return see {@link RequestFacts#header(String)}, null without a request
	 */
	public @Nullable String header(String name) {
		return (this.request != null) ? this.request.header(name) : null;
	}

	/**
	 * Returns the value of a cookie.
	 * @param name the name
	 * @return see {@link RequestFacts#cookie(String)}, null without a request
	 */
	public @Nullable String cookie(String name) {
		return (this.request != null) ? this.request.cookie(name) : null;
	}

	/**
	 * Returns the value of a query parameter.
	 * @param name the name
	 * @return see {@link RequestFacts#param(String)}, null without a request
	 */
	public @Nullable String param(String name) {
		return (this.request != null) ? this.request.param(name) : null;
	}

	/**
	 * Returns the value of a claim.
	 * @param name the name
	 * @return see {@link RequestFacts#claim(String)}, null without a request
	 */
	public @Nullable Object claim(String name) {
		return (this.request != null) ? this.request.claim(name) : null;
	}

	/**
	 * Returns the value of the function {@code hasRole}.
	 * @param role the role
	 * @return see {@link RequestFacts#hasRole(String)}, false without a request
	 */
	public boolean hasRole(String role) {
		return this.request != null && this.request.hasRole(role);
	}

	/**
	 * Returns the value of the function {@code hasAuthority}.
	 * @param authority the authority
	 * @return see {@link RequestFacts#hasAuthority(String)}, false without a request
	 */
	public boolean hasAuthority(String authority) {
		return this.request != null && this.request.hasAuthority(authority);
	}

	/**
	 * Returns the value of the function {@code inSubnet}, for an expression that is
	 * interpreted.
	 * @param subnet the text of the subnet
	 * @return whether the client's address is in it, false without a request
	 */
	public boolean inSubnet(String subnet) {
		return inSubnet(Subnet.parse(subnet));
	}

	/**
	 * Returns whether the client's address is in a subnet.
	 * @param subnet the subnet
	 * @return false without a request or an address
	 */
	public boolean inSubnet(Subnet subnet) {
		return this.request != null && subnet.includes(this.request.address());
	}

	/**
	 * Returns the value of a request attribute.
	 * @param name the name
	 * @return see {@link RequestFacts#attribute(String)}, null without a request
	 */
	public @Nullable Object attribute(String name) {
		return (this.request != null) ? this.request.attribute(name) : null;
	}

	/**
	 * Returns the first value that can be a key, for {@code coalesce(a, b)}.
	 * @param values any values
	 * @return the first that is neither null nor a blank text nor an empty
	 * {@link Optional}, null if all are
	 */
	public @Nullable Object coalesce(@Nullable Object... values) {
		for (Object value : values) {
			if (isPresent(value)) {
				return value;
			}
		}
		return null;
	}

	private static boolean isPresent(@Nullable Object value) {
		if (value instanceof CharSequence text) {
			return !text.toString().isBlank();
		}
		return value != null && !(value instanceof Optional<?> optional && optional.isEmpty());
	}

}
