package io.github.ratelimit.web.security;

import io.github.ratelimit.web.request.Identity;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.security.authentication.AnonymousAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.core.context.SecurityContextHolderStrategy;
import org.springframework.util.ClassUtils;

/**
 * The caller that Spring Security has authenticated. Claims are those of a verified JWT,
 * of an opaque token that was looked up, or of an OpenID Connect login. Thread-safe.
 */
public final class SecurityContextIdentity implements Identity {

	private static final boolean oauth2Present = ClassUtils.isPresent(
			"org.springframework.security.oauth2.core.ClaimAccessor", SecurityContextIdentity.class.getClassLoader());

	private final SecurityContextHolderStrategy strategy;

	private final GrantedRoles roles;

	private SecurityContextIdentity(SecurityContextHolderStrategy strategy, GrantedRoles roles) {
		this.strategy = strategy;
		this.roles = roles;
	}

	/**
	 * Returns the identity of an application.
	 * @param beans where the application may have a {@link SecurityContextHolderStrategy}
	 * of its own; otherwise it is that of the {@link SecurityContextHolder}
	 * @return the identity
	 */
	public static SecurityContextIdentity of(BeanFactory beans) {
		return new SecurityContextIdentity(beans.getBeanProvider(SecurityContextHolderStrategy.class)
			.getIfUnique(SecurityContextHolder::getContextHolderStrategy), GrantedRoles.of(beans));
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

	@Override
	public boolean hasRole(String role) {
		Authentication authentication = authentication();
		return authentication != null && this.roles.hasRole(authentication, role);
	}

	@Override
	public boolean hasAuthority(String authority) {
		Authentication authentication = authentication();
		return authentication != null && this.roles.hasAuthority(authentication, authority);
	}

	private @Nullable Authentication authentication() {
		Authentication authentication = this.strategy.getContext().getAuthentication();
		boolean known = authentication != null && authentication.isAuthenticated()
				&& !(authentication instanceof AnonymousAuthenticationToken);
		return known ? authentication : null;
	}

}
