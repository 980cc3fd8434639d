package io.github.ratelimit.expression;

import org.jspecify.annotations.Nullable;

/**
 * The data of an HTTP request that expressions may read: the variables and functions of
 * the configuration. Every text comes from the client unless stated otherwise, and may
 * have any length and content. A missing value is null.
 */
public interface RequestFacts {

	/**
	 * Returns the client's address as the container resolved it, IPv4-mapped addresses
	 * unmapped, IPv6 addresses cut to the configured prefix.
	 * @return the address, null if the container has none
	 */
	@Nullable String ip();

	/**
	 * Returns the client's address in full, as the container resolved it.
	 * @return 4 bytes for IPv4, also where it is mapped into IPv6, or 16 bytes, not to be
	 * changed; null if the container has no address or a text that is none
	 */
	byte @Nullable [] address();

	/**
	 * Returns the name of the authenticated user, never of an anonymous one.
	 * @return the name, null without authentication
	 */
	@Nullable String user();

	/**
	 * Returns the request's method.
	 * @return for example {@code POST}
	 */
	String method();

	/**
	 * Returns the decoded and normalised path within the application, without path
	 * parameters, in lower case, so that spellings of one path give one text.
	 * @return the path
	 */
	String path();

	/**
	 * Returns the first value of a header.
	 * @param name the header's name, in any case
	 * @return the value, null if absent
	 */
	@Nullable String header(String name);

	/**
	 * Returns the value of a cookie; none if the request has several that differ.
	 * @param name the cookie's name
	 * @return the value, null if absent
	 */
	@Nullable String cookie(String name);

	/**
	 * Returns the first value of a query parameter; the body is not read for it.
	 * @param name the parameter's name
	 * @return the value, null if absent
	 */
	@Nullable String param(String name);

	/**
	 * Returns a claim of the authenticated user's verified token.
	 * @param name the claim's name
	 * @return the claim, null if there is no token or no such claim
	 */
	@Nullable Object claim(String name);

	/**
	 * Returns whether the authenticated user has a role.
	 * @param role the role, with or without the prefix that roles have among the
	 * authorities
	 * @return false without authentication
	 */
	boolean hasRole(String role);

	/**
	 * Returns whether the authenticated user has an authority.
	 * @param authority the authority, for example {@code SCOPE_internal}
	 * @return false without authentication
	 */
	boolean hasAuthority(String authority);

	/**
	 * Returns an attribute of the request, set by the application's own code.
	 * @param name the attribute's name
	 * @return the attribute, null if absent
	 */
	@Nullable Object attribute(String name);

	/** Finds the facts of the request that the current thread serves. */
	interface Current {

		/**
		 * Returns the facts of the current request.
		 * @return the facts, null if no request is bound to this thread
		 */
		@Nullable RequestFacts get();

	}

}
