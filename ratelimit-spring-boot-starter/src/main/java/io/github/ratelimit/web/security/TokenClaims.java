package io.github.ratelimit.web.security;

import org.jspecify.annotations.Nullable;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.core.ClaimAccessor;
import org.springframework.security.oauth2.core.OAuth2AuthenticatedPrincipal;

/** Loaded only with Spring Security's OAuth 2 classes. */
final class TokenClaims {

	private TokenClaims() {
	}

	static @Nullable Object find(Authentication authentication, String name) {
		Object claim = in(authentication.getPrincipal(), name);
		return (claim != null) ? claim : in(authentication.getCredentials(), name);
	}

	private static @Nullable Object in(@Nullable Object source, String name) {
		if (source instanceof ClaimAccessor token) {
			return token.getClaims().get(name);
		}
		if (source instanceof OAuth2AuthenticatedPrincipal principal) {
			return principal.getAttributes().get(name);
		}
		return null;
	}

}
