package io.github.ratelimit.expression;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.springframework.util.ObjectUtils;
import org.springframework.util.StringUtils;

/**
 * One call that expressions are evaluated over: a request, a method call, or a method
 * call within a request. Its methods are the variables and functions of expressions;
 * without a request they have no value.
 */
public interface ExpressionRoot {

	/**
	 * Returns the call of a method.
	 * @param request the facts of the request it serves, null if none is bound
	 * @param arguments the arguments, not copied
	 * @return the call
	 */
	static ExpressionRoot of(@Nullable RequestFacts request, @Nullable Object[] arguments) {
		return new Call(request, arguments, null);
	}

	/**
	 * Returns the facts of the request.
	 * @return the facts, null if none is bound
	 */
	@Nullable RequestFacts request();

	/**
	 * Returns the method's arguments in the order of its parameters.
	 * @return the arguments, not copied; empty for a request alone
	 */
	default @Nullable Object[] arguments() {
		return new Object[0];
	}

	/**
	 * Returns the value of the variable {@code status}.
	 * @return the status of the response, null before there is one
	 */
	default @Nullable Integer status() {
		return null;
	}

	/**
	 * Returns the same call after its response.
	 * @param status the status of the response
	 * @return the answered call
	 */
	default ExpressionRoot answered(int status) {
		return new Call(request(), arguments(), status);
	}

	/**
	 * Returns the same call after its method has returned: the result follows the
	 * arguments.
	 * @param result the result of the method
	 * @return the call with its result
	 */
	default ExpressionRoot returned(@Nullable Object result) {
		@Nullable Object[] values = Arrays.copyOf(arguments(), arguments().length + 1);
		values[values.length - 1] = result;
		return new Call(request(), values, status());
	}

	/**
	 * Returns the value of the variable {@code ip}.
	 * @return see {@link RequestFacts#ip()}, null without a request
	 */
	default @Nullable String ip() {
		return (request() != null) ? request().ip() : null;
	}

	/**
	 * Returns the value of the variable {@code user}.
	 * @return see {@link RequestFacts#user()}, null without a request
	 */
	default @Nullable String user() {
		return (request() != null) ? request().user() : null;
	}

	/**
	 * Returns the value of the variable {@code method}.
	 * @return see {@link RequestFacts#method()}, null without a request
	 */
	default @Nullable String method() {
		return (request() != null) ? request().method() : null;
	}

	/**
	 * Returns the value of the variable {@code path}.
	 * @return see {@link RequestFacts#path()}, null without a request
	 */
	default @Nullable String path() {
		return (request() != null) ? request().path() : null;
	}

	/**
	 * Returns the value of a header.
	 * @param name the name
	 * @return see {@link RequestFacts#header(String)}, null without a request
	 */
	default @Nullable String header(String name) {
		return (request() != null) ? request().header(name) : null;
	}

	/**
	 * Returns the value of a cookie.
	 * @param name the name
	 * @return see {@link RequestFacts#cookie(String)}, null without a request
	 */
	default @Nullable String cookie(String name) {
		return (request() != null) ? request().cookie(name) : null;
	}

	/**
	 * Returns the value of a query parameter.
	 * @param name the name
	 * @return see {@link RequestFacts#param(String)}, null without a request
	 */
	default @Nullable String param(String name) {
		return (request() != null) ? request().param(name) : null;
	}

	/**
	 * Returns the value of a claim.
	 * @param name the name
	 * @return see {@link RequestFacts#claim(String)}, null without a request
	 */
	default @Nullable Object claim(String name) {
		return (request() != null) ? request().claim(name) : null;
	}

	/**
	 * Returns the value of the function {@code hasRole}.
	 * @param role the role
	 * @return see {@link RequestFacts#hasRole(String)}, false without a request
	 */
	default boolean hasRole(String role) {
		return request() != null && request().hasRole(role);
	}

	/**
	 * Returns the value of the function {@code hasAuthority}.
	 * @param authority the authority
	 * @return see {@link RequestFacts#hasAuthority(String)}, false without a request
	 */
	default boolean hasAuthority(String authority) {
		return request() != null && request().hasAuthority(authority);
	}

	/**
	 * Returns the value of the function {@code inSubnet}, for an expression that is
	 * interpreted.
	 * @param subnet the text of the subnet
	 * @return whether the client's address is in it, false without a request
	 */
	default boolean inSubnet(String subnet) {
		return inSubnet(Subnet.parse(subnet));
	}

	/**
	 * Returns whether the client's address is in a subnet.
	 * @param subnet the subnet
	 * @return false without a request or an address
	 */
	default boolean inSubnet(Subnet subnet) {
		return request() != null && subnet.includes(request().address());
	}

	/**
	 * Returns the value of a request attribute.
	 * @param name the name
	 * @return see {@link RequestFacts#attribute(String)}, null without a request
	 */
	default @Nullable Object attribute(String name) {
		return (request() != null) ? request().attribute(name) : null;
	}

	/**
	 * Returns the first value that can be a key, for {@code coalesce(a, b)}.
	 * @param values any values
	 * @return the first that is neither null nor a blank text nor an empty
	 * {@link java.util.Optional}, collection, map or array; null if all are
	 */
	default @Nullable Object coalesce(@Nullable Object... values) {
		for (Object value : values) {
			if (isPresent(value)) {
				return value;
			}
		}
		return null;
	}

	private static boolean isPresent(@Nullable Object value) {
		return (value instanceof CharSequence text) ? StringUtils.hasText(text) : !ObjectUtils.isEmpty(value);
	}

	/**
	 * A call with what expressions can read of it.
	 *
	 * @param request the facts of the request, null if none is bound
	 * @param arguments the arguments of the method
	 * @param status the status of the response, null before there is one
	 */
	record Call(@Nullable RequestFacts request, @Nullable Object[] arguments,
			@Nullable Integer status) implements ExpressionRoot {

	}

}
