package io.github.ratelimit.web.request;

import org.jspecify.annotations.Nullable;

/**
 * The authenticated caller of the current thread: the port to Spring Security.
 * Implementations must be thread-safe.
 */
public interface Identity {

	/** For applications without authentication. */
	Identity NONE = new Identity() {

		@Override
		public @Nullable String user() {
			return null;
		}

		@Override
		public @Nullable Object claim(String name) {
			return null;
		}

		@Override
		public boolean hasRole(String role) {
			return false;
		}

		@Override
		public boolean hasAuthority(String authority) {
			return false;
		}

	};

	/**
	 * Returns the name of the authenticated user.
	 * @return the name, null for an anonymous caller
	 */
	@Nullable String user();

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
	 * @return false for an anonymous caller
	 */
	boolean hasRole(String role);

	/**
	 * Returns whether the authenticated user has an authority.
	 * @param authority the authority
	 * @return false for an anonymous caller
	 */
	boolean hasAuthority(String authority);

}
