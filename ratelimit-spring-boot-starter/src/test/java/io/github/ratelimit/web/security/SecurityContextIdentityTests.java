package io.github.ratelimit.web.security;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.security.access.hierarchicalroles.RoleHierarchyImpl;
import org.springframework.security.authentication.AnonymousAuthenticationToken;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.config.core.GrantedAuthorityDefaults;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.authority.AuthorityUtils;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.core.context.SecurityContextHolderStrategy;
import org.springframework.security.core.context.SecurityContextImpl;
import org.springframework.security.oauth2.core.DefaultOAuth2AuthenticatedPrincipal;
import org.springframework.security.oauth2.core.OAuth2AccessToken;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.server.resource.authentication.BearerTokenAuthentication;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationToken;

class SecurityContextIdentityTests {

	private final SecurityContextIdentity identity = SecurityContextIdentity.of(new DefaultListableBeanFactory());

	@AfterEach
	void clear() {
		SecurityContextHolder.clearContext();
	}

	@Test
	void withoutAnAuthenticationThereIsNoUser() {
		assertThat(this.identity.user()).isNull();
		assertThat(this.identity.claim("plan")).isNull();
	}

	@Test
	void anAnonymousUserIsNoUser() {
		as(new AnonymousAuthenticationToken("key", "anonymousUser", AuthorityUtils.createAuthorityList("ROLE_ANON")));
		assertThat(this.identity.user()).isNull();
	}

	@Test
	void anUnauthenticatedTokenIsNoUser() {
		as(UsernamePasswordAuthenticationToken.unauthenticated("alice", "secret"));
		assertThat(this.identity.user()).isNull();
	}

	@Test
	void anAuthenticatedUserHasANameAndNoClaims() {
		as(UsernamePasswordAuthenticationToken.authenticated("alice", "secret", List.of()));
		assertThat(this.identity.user()).isEqualTo("alice");
		assertThat(this.identity.claim("plan")).isNull();
	}

	@Test
	void rolesAreAuthoritiesWithThePrefixOfRoles() {
		assertThat(this.identity.hasRole("OPS")).isFalse();
		as(UsernamePasswordAuthenticationToken.authenticated("alice", "secret",
				AuthorityUtils.createAuthorityList("ROLE_OPS", "SCOPE_internal", "OPERATOR")));
		assertThat(this.identity.hasRole("OPS")).isTrue();
		assertThat(this.identity.hasRole("ROLE_OPS")).isTrue();
		assertThat(this.identity.hasRole("PS")).isFalse();
		assertThat(this.identity.hasRole("OPERATOR")).isFalse();
		assertThat(this.identity.hasAuthority("SCOPE_internal")).isTrue();
		assertThat(this.identity.hasAuthority("OPS")).isFalse();
		as(UsernamePasswordAuthenticationToken.unauthenticated("alice", "secret"));
		assertThat(this.identity.hasRole("OPS")).isFalse();
	}

	@Test
	void theRoleHierarchyAndThePrefixOfTheApplicationHold() {
		DefaultListableBeanFactory beans = new DefaultListableBeanFactory();
		beans.registerSingleton("defaults", new GrantedAuthorityDefaults("R:"));
		beans.registerSingleton("hierarchy", RoleHierarchyImpl.fromHierarchy("R:ADMIN > R:OPS"));
		as(UsernamePasswordAuthenticationToken.authenticated("alice", "secret",
				AuthorityUtils.createAuthorityList("R:ADMIN")));
		assertThat(SecurityContextIdentity.of(beans).hasRole("OPS")).isTrue();
		assertThat(SecurityContextIdentity.of(beans).hasRole("PARTNER")).isFalse();
		assertThat(this.identity.hasRole("ADMIN")).isFalse();
	}

	@Test
	void claimsAreThoseOfAJwt() {
		as(new JwtAuthenticationToken(jwt(), List.of()));
		assertThat(this.identity.user()).isEqualTo("alice");
		assertThat(this.identity.claim("plan")).isEqualTo("pro");
		assertThat(this.identity.claim("other")).isNull();
	}

	@Test
	void claimsOfAJwtAreKeptIfThePrincipalIsSomethingElse() {
		TestingAuthenticationToken converted = new TestingAuthenticationToken("alice", jwt(), List.of());
		as(converted);
		assertThat(this.identity.claim("plan")).isEqualTo("pro");
	}

	@Test
	void claimsAreThoseOfAnOpaqueToken() {
		as(new BearerTokenAuthentication(
				new DefaultOAuth2AuthenticatedPrincipal("alice", Map.of("plan", "pro"), List.of()),
				new OAuth2AccessToken(OAuth2AccessToken.TokenType.BEARER, "token", null, null), List.of()));
		assertThat(this.identity.user()).isEqualTo("alice");
		assertThat(this.identity.claim("plan")).isEqualTo("pro");
	}

	@Test
	void theStrategyOfTheApplicationIsUsed() {
		DefaultListableBeanFactory beans = new DefaultListableBeanFactory();
		SecurityContext context = new SecurityContextImpl(new TestingAuthenticationToken("carol", "", List.of()));
		SecurityContextHolderStrategy own = new SecurityContextHolderStrategy() {

			@Override
			public void clearContext() {
			}

			@Override
			public SecurityContext getContext() {
				return context;
			}

			@Override
			public void setContext(SecurityContext context) {
			}

			@Override
			public SecurityContext createEmptyContext() {
				return context;
			}

		};
		beans.registerSingleton("strategy", own);
		assertThat(SecurityContextIdentity.of(beans).user()).isEqualTo("carol");
	}

	private static Jwt jwt() {
		return Jwt.withTokenValue("token").header("alg", "none").subject("alice").claim("plan", "pro").build();
	}

	private static void as(Authentication authentication) {
		SecurityContextHolder.getContext().setAuthentication(authentication);
	}

}
