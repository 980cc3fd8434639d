package io.github.ratelimit.actuate;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.Key;
import io.github.ratelimit.registry.KeySource;
import java.security.Principal;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.Show;

/** {@code management.endpoint.ratelimits.show-values}. */
class ShownValuesTests {

	private static final String SECRET = "sk-proj-4f9a8b7c6d5e";

	private static final Key ADDRESS = Key.of(Key.ADDRESS_KIND, "192.0.2.244");

	private static final Key USER = Key.of(Key.USER_KIND, "jürgen möller");

	private static EndpointApplication application;

	@BeforeAll
	static void start() {
		application = EndpointApplication.start("management.endpoint.ratelimits.show-values=always");
		application.limit("chat", "2/d", new KeySource("ip", Key.ADDRESS_KIND));
		for (Key key : List.of(ADDRESS, USER, Key.of(SECRET), Key.of("tenant", SECRET),
				Key.composed(List.of(USER, Key.of(SECRET))), Key.of(Key.USER_KIND, "x".repeat(200)))) {
			application.call("chat", key, 3);
		}
	}

	@AfterAll
	static void stop() {
		application.close();
	}

	@Test
	void addressesAndNamesOfUsersAreShownEverywhereWhereKeysAre() throws Exception {
		for (String body : List.of(application.get("").body(), application.get("/chat").body(),
				application.get("/chat?search=192.0.2.244").body(), application.get("/chat/" + ADDRESS.id()).body())) {
			assertThat(body).contains("\"key\":\"192.0.2.244\"").doesNotContain("\"19***\"");
		}
		String limit = application.get("/chat").body();
		assertThat(limit.split("\"key\":\"jürgen möller\"", -1)).hasSize(1 + 3);
		assertThat(limit).contains("\"key\":\"jürgen möller + sk-p***5e\"");
	}

	@Test
	void allElseIsMasked() throws Exception {
		assertThat(application.get("").body() + application.get("/chat").body()).contains("sk-p***5e")
			.doesNotContain(SECRET, SECRET.substring(4, 12), "xxxxx");
	}

	@ParameterizedTest
	@CsvSource({ "NEVER, ops, false", "NEVER, ops+admin, false", "WHEN_AUTHORIZED, , false",
			"WHEN_AUTHORIZED, ops, false", "WHEN_AUTHORIZED, ops+admin, true", "ALWAYS, , true", "ALWAYS, ops, true" })
	void rolesDecideWhoIsAuthorized(Show showValues, String user, boolean shown) {
		RateLimitsEndpointWebExtension extension = new RateLimitsEndpointWebExtension(
				application.bean(RateLimitsEndpoint.class), showValues, Set.of("admin", "support"));
		SecurityContext context = (user != null) ? new User(Set.of(user.split("\\+"))) : SecurityContext.NONE;

		assertThat(extension.key(context, "chat", ADDRESS.id()).getBody()).asString()
			.contains(shown ? "key=192.0.2.244" : "key=19***");
		assertThat(extension.limit(context, "chat", null, null, null).getBody()).asString()
			.contains(shown ? "key=192.0.2.244" : "key=19***")
			.doesNotContain(shown ? "key=19***" : "192.0.2.244");
		assertThat(extension.rateLimits(context, null).getBody()).asString()
			.contains(shown ? "key=192.0.2.244" : "key=19***")
			.doesNotContain(shown ? "key=19***" : "192.0.2.244");
	}

	@Test
	void everyUserIsAuthorizedWhereNoRolesAreNamed() {
		RateLimitsEndpointWebExtension extension = new RateLimitsEndpointWebExtension(
				application.bean(RateLimitsEndpoint.class), Show.WHEN_AUTHORIZED, Set.of());

		assertThat(extension.rateLimits(new User(Set.of()), null).getBody()).asString().contains("key=192.0.2.244");
		assertThat(extension.rateLimits(SecurityContext.NONE, null).getBody()).asString().doesNotContain("192.0.2.244");
	}

	private record User(Set<String> roles) implements SecurityContext {

		@Override
		public Principal getPrincipal() {
			return () -> "somebody";
		}

		@Override
		public boolean isUserInRole(String role) {
			return this.roles.contains(role);
		}

	}

}
