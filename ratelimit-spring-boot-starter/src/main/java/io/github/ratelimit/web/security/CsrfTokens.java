package io.github.ratelimit.web.security;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.security.web.csrf.CsrfToken;

/** Reads the tokens that Spring Security protects changes with. */
public final class CsrfTokens {

	private CsrfTokens() {
	}

	/**
	 * Returns the header that a change has to have.
	 * @param token the token of a request, of Spring MVC or of WebFlux
	 * @return the header's name and value, null if it is no token
	 */
	public static Map.@Nullable Entry<String, String> header(@Nullable Object token) {
		if (token instanceof CsrfToken servlet) {
			return Map.entry(servlet.getHeaderName(), servlet.getToken());
		}
		if (token instanceof org.springframework.security.web.server.csrf.CsrfToken reactive) {
			return Map.entry(reactive.getHeaderName(), reactive.getToken());
		}
		return null;
	}

}
