package io.github.ratelimit.web.security;

import io.github.ratelimit.web.Identity;
import org.jspecify.annotations.Nullable;
import org.springframework.security.authentication.AnonymousAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.core.context.SecurityContextHolderStrategy;
import org.springframework.util.ClassUtils;

/**
 * Who Spring Security says it is. Claims are those of a verified JWT, of an opaque token
 * that was looked up, or of an OpenID Connect login. Thread-safe.
 */
public final class SecurityContextIdentity implements Identity {

	private static final boolean oauth2Present = ClassUtils.isPresent(
			"org.springframework.security.oauth2.core.ClaimAccessor", SecurityContextIdentity.class.getClassLoader());

	private final SecurityContextHolderStrategy strategy;

	/**
	 * Creates it over the strategy that the whole application uses.
	 */
	public SecurityContextIdentity() {
		this(SecurityContextHolder.getContextHolderStrategy());
	}

	/**
	 * Creates it.
	 * @param strategy where the security context is kept
	 */
	public SecurityContextIdentity(SecurityContextHolderStrategy strategy) {
		this.strategy = strategy;
	}

	@Override
	public @Nullable String user() {
		Authentication authentication = authentication();
		return (authentication != null) ? authentication.getName() : null;
	}

	@Override
	public @Nullable Object claim(String name) {
		Authentication authentication = authentication();
		return (authentication != null && oauth2Present) ? TokenClaims.find(authentication, name) : null;
	}

	private @Nullable Authentication authentication() {
		Authentication authentication = this.strategy.getContext().getAuthentication();
		boolean known = authentication != null && authentication.isAuthenticated()
				&& !(authentication instanceof AnonymousAuthenticationToken);
		return known ? authentication : null;
	}

}
