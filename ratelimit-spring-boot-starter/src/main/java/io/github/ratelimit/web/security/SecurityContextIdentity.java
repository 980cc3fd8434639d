package io.github.ratelimit.web.security;

import io.github.ratelimit.web.request.Identity;
import java.util.Collection;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.security.access.hierarchicalroles.RoleHierarchy;
import org.springframework.security.authentication.AnonymousAuthenticationToken;
import org.springframework.security.config.core.GrantedAuthorityDefaults;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.core.context.SecurityContextHolderStrategy;
import org.springframework.security.oauth2.core.ClaimAccessor;
import org.springframework.security.oauth2.core.OAuth2AuthenticatedPrincipal;
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

	/**
	 * The roles and authorities of an authenticated caller, as {@code hasRole} and
	 * {@code hasAuthority} of Spring Security see them: with the application's role
	 * hierarchy and its prefix of roles.
	 */
	private static final class GrantedRoles {

		private static final boolean defaultsPresent = ClassUtils.isPresent(
				"org.springframework.security.config.core.GrantedAuthorityDefaults",
				GrantedRoles.class.getClassLoader());

		private static final String DEFAULT_PREFIX = "ROLE_";

		private final String prefix;

		private final @Nullable RoleHierarchy hierarchy;

		private GrantedRoles(String prefix, @Nullable RoleHierarchy hierarchy) {
			this.prefix = prefix;
			this.hierarchy = hierarchy;
		}

		static GrantedRoles of(BeanFactory beans) {
			String prefix = defaultsPresent ? Defaults.prefix(beans) : DEFAULT_PREFIX;
			return new GrantedRoles(prefix, beans.getBeanProvider(RoleHierarchy.class).getIfUnique());
		}

		boolean hasRole(Authentication authentication, String role) {
			return role.startsWith(this.prefix) ? hasAuthority(authentication, role)
					: any(authentication, (granted) -> granted.length() == this.prefix.length() + role.length()
							&& granted.startsWith(this.prefix) && granted.endsWith(role));
		}

		boolean hasAuthority(Authentication authentication, String authority) {
			return any(authentication, authority::equals);
		}

		private boolean any(Authentication authentication, Predicate<String> test) {
			Collection<? extends GrantedAuthority> granted = authentication.getAuthorities();
			for (GrantedAuthority each : (this.hierarchy != null)
					? this.hierarchy.getReachableGrantedAuthorities(granted) : granted) {
				String authority = each.getAuthority();
				if (authority != null && test.test(authority)) {
					return true;
				}
			}
			return false;
		}

		/** Loaded only where Spring Security's configuration is. */
		private static final class Defaults {

			private static String prefix(BeanFactory beans) {
				GrantedAuthorityDefaults defaults = beans.getBeanProvider(GrantedAuthorityDefaults.class).getIfUnique();
				return (defaults != null) ? defaults.getRolePrefix() : DEFAULT_PREFIX;
			}

		}

	}

	/** Loaded only with Spring Security's OAuth 2 classes. */
	private static final class TokenClaims {

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

}
