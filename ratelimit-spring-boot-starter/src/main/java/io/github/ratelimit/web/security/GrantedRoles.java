package io.github.ratelimit.web.security;

import java.util.Collection;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.security.access.hierarchicalroles.RoleHierarchy;
import org.springframework.security.config.core.GrantedAuthorityDefaults;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.util.ClassUtils;

/**
 * The roles and authorities of an authenticated caller, as {@code hasRole} and
 * {@code hasAuthority} of Spring Security see them: with the application's role hierarchy
 * and its prefix of roles.
 */
final class GrantedRoles {

	private static final boolean defaultsPresent = ClassUtils.isPresent(
			"org.springframework.security.config.core.GrantedAuthorityDefaults", GrantedRoles.class.getClassLoader());

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
		for (GrantedAuthority each : (this.hierarchy != null) ? this.hierarchy.getReachableGrantedAuthorities(granted)
				: granted) {
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
