package io.github.ratelimit.web.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.ManualTime;
import io.github.ratelimit.web.server.RunningServer.Answer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetailsService;
import org.springframework.security.oauth2.jwt.BadJwtException;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.provisioning.InMemoryUserDetailsManager;
import org.springframework.security.web.SecurityFilterChain;

/** Rules before and after a real Spring Security. */
@TestInstance(Lifecycle.PER_CLASS)
class SecurityPhasesTests {

	private static final String ALICE = basic("alice");

	private static final String BOB = basic("bob");

	private final RunningServer server = RunningServer.withSecurity(Security.class, "ratelimit.limits.user.rate=2/d",
			"ratelimit.limits.user.key=user", "ratelimit.limits.team.rate=2/d",
			"ratelimit.limits.team.key=claim('team')", "ratelimit.limits.address.rate=5/d",
			"ratelimit.limits.address.key=ip", "ratelimit.http.rules[0].path=/v1/chat",
			"ratelimit.http.rules[0].limits=user", "ratelimit.http.rules[1].path=/v1/facts",
			"ratelimit.http.rules[1].limits=team", "ratelimit.http.rules[2].path=/v1/**",
			"ratelimit.http.rules[2].limits=address", "ratelimit.http.rules[3].path=/v1/async",
			"ratelimit.http.rules[3].limits=address,user");

	private long userBefore;

	private long addressBefore;

	@BeforeEach
	void tomorrow() {
		this.server.bean(ManualTime.class).advance(Duration.ofDays(1));
		this.userBefore = this.server.allowed("user");
		this.addressBefore = this.server.allowed("address");
	}

	@AfterAll
	void stop() {
		this.server.close();
	}

	@Test
	void aLimitPerUserAppliesToEachUser() throws IOException {
		assertThat(this.server.get("/v1/chat", ALICE).status()).isEqualTo(200);
		assertThat(this.server.get("/v1/chat", ALICE).status()).isEqualTo(200);
		Answer refused = this.server.get("/v1/chat", ALICE);
		assertThat(refused.status()).isEqualTo(429);
		assertThat(refused.header("Retry-After")).isEqualTo("43200");
		assertThat(this.server.get("/v1/chat", BOB).status()).isEqualTo(200);
	}

	@Test
	void callsThatSecurityRefusesCountBeforeItButNotAfterIt() throws IOException {
		for (int i = 0; i < 5; i++) {
			assertThat(this.server.get("/v1/chat").status()).isEqualTo(401);
		}
		assertThat(this.server.allowed("user") - this.userBefore).isZero();
		assertThat(this.server.allowed("address") - this.addressBefore).isEqualTo(5);
		assertThat(this.server.get("/v1/chat", ALICE).status()).isEqualTo(429);
	}

	@Test
	void aLoginIsRefusedBeforeThePasswordIsChecked() throws IOException {
		String wrong = "Authorization: Basic " + encode("alice:wrong");
		for (int i = 0; i < 5; i++) {
			assertThat(this.server.get("/v1/chat", wrong).status()).isEqualTo(401);
		}
		assertThat(this.server.get("/v1/chat", wrong).status()).isEqualTo(429);
	}

	@Test
	void aClaimIsReadFromTheVerifiedToken() throws IOException {
		assertThat(this.server.get("/v1/facts", "Authorization: Bearer red.1").status()).isEqualTo(200);
		assertThat(this.server.get("/v1/facts", "Authorization: Bearer red.2").status()).isEqualTo(200);
		assertThat(this.server.get("/v1/facts", "Authorization: Bearer red.3").status()).isEqualTo(429);
		assertThat(this.server.get("/v1/facts", "Authorization: Bearer blue.1").status()).isEqualTo(200);
		assertThat(this.server.get("/v1/facts", "Authorization: Bearer forged").status()).isEqualTo(401);
	}

	@Test
	void aLimitThatBothPhasesNameIsChargedOnceOverAllDispatches() throws IOException {
		Answer answer = this.server.get("/v1/async", ALICE);
		assertThat(answer.status()).isEqualTo(200);
		assertThat(answer.body()).contains("same scope: true");
		assertThat(this.server.allowed("user") - this.userBefore).isEqualTo(1);
		assertThat(this.server.allowed("address") - this.addressBefore).isEqualTo(1);
		assertThat(answer.header("RateLimit")).contains("\"address\";r=4").contains("\"user\";r=1");
	}

	@Test
	void aHandlerCanReadTheUser() throws IOException {
		assertThat(this.server.get("/v1/facts", BOB).body()).contains("/v1/facts bob");
	}

	@Test
	void aPathThatTheFirewallRejectsIsCountedBeforeIt() throws IOException {
		assertThat(this.server.get("//v1/chat", ALICE).status()).isGreaterThanOrEqualTo(400);
		assertThat(this.server.allowed("address") - this.addressBefore).isEqualTo(1);
	}

	private static String basic(String user) {
		return "Authorization: Basic " + encode(user + ":secret");
	}

	private static String encode(String text) {
		return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
	}

	@Configuration(proxyBeanMethods = false)
	static class Security {

		@Bean
		SecurityFilterChain chain(HttpSecurity http) {
			return http.authorizeHttpRequests((requests) -> requests.anyRequest().authenticated())
				.httpBasic(Customizer.withDefaults())
				.oauth2ResourceServer((server) -> server.jwt(Customizer.withDefaults()))
				.build();
		}

		@Bean
		UserDetailsService users() {
			return new InMemoryUserDetailsManager(User.withUsername("alice").password("{noop}secret").build(),
					User.withUsername("bob").password("{noop}secret").build());
		}

		/** Accepts every token with a team before a dot. */
		@Bean
		JwtDecoder decoder() {
			return (token) -> {
				int dot = token.indexOf('.');
				if (dot < 0) {
					throw new BadJwtException("No team");
				}
				return Jwt.withTokenValue(token)
					.header("alg", "none")
					.subject(token)
					.claim("team", token.substring(0, dot))
					.issuedAt(Instant.parse("2026-01-01T00:00:00Z"))
					.build();
			};
		}

	}

}
