package io.github.ratelimit.web.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.ManualTime;
import io.github.ratelimit.RateLimited;
import io.github.ratelimit.ReadsSecurityContext;
import io.github.ratelimit.registry.LimitRegistry;
import io.github.ratelimit.web.server.RunningServer.Answer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
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
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetailsService;
import org.springframework.security.provisioning.InMemoryUserDetailsManager;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** Exempt calls, and plans by role, behind a proxy and a real Spring Security. */
@TestInstance(Lifecycle.PER_CLASS)
class ExemptionTests {

	private static final String PARTNER = basic("partner");

	private static final String GUEST = basic("guest");

	private static final String INSIDE = "X-Forwarded-For: 203.0.113.7";

	private static final String OUTSIDE = "X-Forwarded-For: 198.51.100.1";

	private final RunningServer server = RunningServer.withSecurity(Security.class,
			"server.forward-headers-strategy=native", "ratelimit.limits.api.rate=2/d", "ratelimit.limits.api.key=user",
			"ratelimit.limits.api.unless=hasRole('PARTNER') or inSubnet('203.0.113.0/24')",
			"ratelimit.limits.address.rate=100/d", "ratelimit.limits.address.key=ip",
			"ratelimit.limits.office.rate=2/d", "ratelimit.limits.office.key=ip", "ratelimit.limits.planned.rate=1/d",
			"ratelimit.limits.planned.key=user", "ratelimit.limits.planned.plan=hasRole('PARTNER') ? 'partner' : null",
			"ratelimit.limits.planned.plans.partner=3/d", "ratelimit.limits.asked.rate=1/d",
			"ratelimit.limits.asked.key=ip", "ratelimit.limits.asked.unless=@callers.isPartner()",
			"ratelimit.http.rules[0].path=/v1/chat", "ratelimit.http.rules[0].limits=api, address",
			"ratelimit.http.rules[1].path=/v1/facts", "ratelimit.http.rules[1].limits=office",
			"ratelimit.http.rules[1].unless=inSubnet('203.0.113.0/24')", "ratelimit.http.rules[2].path=/v1/async",
			"ratelimit.http.rules[2].limits=planned", "ratelimit.http.rules[3].path=/asked",
			"ratelimit.http.rules[3].limits=asked", "ratelimit.limits.shared.rate=2/d",
			"ratelimit.limits.shared.key=ip", "ratelimit.http.rules[4].path=/unlimited/**",
			"ratelimit.http.rules[4].limits=shared", "ratelimit.http.rules[4].unless=inSubnet('203.0.113.0/24')",
			"ratelimit.http.rules[5].path=/unlimited/ok", "ratelimit.http.rules[5].limits=shared");

	private long allowedBefore;

	private long exemptBefore;

	@BeforeEach
	void tomorrow() {
		this.server.bean(ManualTime.class).advance(Duration.ofDays(1));
		this.allowedBefore = this.server.allowed("api");
		this.exemptBefore = exempt("api");
	}

	@AfterAll
	void stop() {
		this.server.close();
	}

	@Test
	void callsWithARoleAreNotCountedAndCarryNoHeadersOfTheLimit() throws IOException {
		for (int i = 0; i < 5; i++) {
			Answer answer = this.server.get("/v1/chat", PARTNER, OUTSIDE);
			assertThat(answer.status()).isEqualTo(200);
			assertThat(answer.header("RateLimit")).contains("\"address\"").doesNotContain("\"api\"");
			assertThat(answer.header("RateLimit-Policy")).doesNotContain("\"api\"");
		}
		assertThat(this.server.allowed("api")).isEqualTo(this.allowedBefore);
		assertThat(exempt("api") - this.exemptBefore).isEqualTo(5);
	}

	@Test
	void callsFromASubnetAreNotCounted() throws IOException {
		assertThat(allowed("/v1/chat", GUEST, INSIDE)).isEqualTo(5);
		assertThat(allowed("/v1/chat", GUEST, OUTSIDE)).isEqualTo(2);
		assertThat(exempt("api") - this.exemptBefore).isEqualTo(5);
	}

	@Test
	void aClientCannotForgeAnAddressOfTheSubnet() throws IOException {
		assertThat(allowed("/v1/chat", GUEST, "X-Forwarded-For: 203.0.113.7, 198.51.100.1")).isEqualTo(2);
		assertThat(allowed("/v1/facts", GUEST, "X-Forwarded-For: 203.0.113.7, 198.51.100.2", "X-Real-IP: 203.0.113.7"))
			.isEqualTo(2);
	}

	@Test
	void aRuleExemptsFromAllItsLimitsBeforeSpringSecurity() throws IOException {
		assertThat(allowed("/v1/facts", GUEST, INSIDE)).isEqualTo(5);
		assertThat(this.server.get("/v1/facts", INSIDE).status()).isEqualTo(401);
		assertThat(allowed("/v1/facts", GUEST, OUTSIDE)).isEqualTo(2);
	}

	@Test
	void aLimitThatAnotherRuleNamesStillAppliesOnce() throws IOException {
		assertThat(allowed("/unlimited/ok", GUEST, INSIDE)).isEqualTo(2);
		assertThat(allowed("/unlimited/ok", GUEST, OUTSIDE)).isEqualTo(2);
	}

	@Test
	void anAnnotationExemptsCallsOfItsMethod() throws IOException {
		assertThat(allowed("/annotated", PARTNER, OUTSIDE)).isEqualTo(5);
		assertThat(allowed("/annotated", GUEST, OUTSIDE)).isEqualTo(1);
	}

	@Test
	void aRoleSelectsThePlan() throws IOException {
		assertThat(allowed("/v1/async", PARTNER, OUTSIDE)).isEqualTo(3);
		assertThat(allowed("/v1/async", GUEST, OUTSIDE)).isEqualTo(1);
	}

	@Test
	void aBeanThatStatesThatItReadsTheSecurityContextIsAskedAfterIt() throws IOException {
		assertThat(allowed("/asked", PARTNER, OUTSIDE)).isEqualTo(5);
		assertThat(allowed("/asked", GUEST, OUTSIDE)).isEqualTo(1);
	}

	private long exempt(String limit) {
		return this.server.bean(LimitRegistry.class).get(limit).statistics().exempt();
	}

	private int allowed(String path, String... headers) throws IOException {
		int allowed = 0;
		for (int i = 0; i < 5; i++) {
			allowed += (this.server.get(path, headers).status() == 200) ? 1 : 0;
		}
		return allowed;
	}

	private static String basic(String user) {
		return "Authorization: Basic "
				+ Base64.getEncoder().encodeToString((user + ":secret").getBytes(StandardCharsets.UTF_8));
	}

	@Configuration(proxyBeanMethods = false)
	static class Security {

		@Bean
		SecurityFilterChain chain(HttpSecurity http) {
			return http.authorizeHttpRequests((requests) -> requests.anyRequest().authenticated())
				.httpBasic(Customizer.withDefaults())
				.build();
		}

		@Bean
		UserDetailsService users() {
			return new InMemoryUserDetailsManager(
					User.withUsername("partner").password("{noop}secret").roles("PARTNER").build(),
					User.withUsername("guest").password("{noop}secret").roles("GUEST").build());
		}

		@Bean
		Callers callers() {
			return new Callers();
		}

		@Bean
		Annotated annotated() {
			return new Annotated();
		}

	}

	@RestController
	static class Annotated {

		@GetMapping("/annotated")
		@RateLimited(rate = "1/d", key = "user", unless = "hasRole('PARTNER')")
		public String annotated() {
			return "ok";
		}

		@GetMapping("/asked")
		public String asked() {
			return "ok";
		}

	}

	/** What an application has that looks callers up by itself. */
	static class Callers {

		@ReadsSecurityContext
		public boolean isPartner() {
			return SecurityContextHolder.getContext()
				.getAuthentication()
				.getAuthorities()
				.stream()
				.anyMatch((granted) -> "ROLE_PARTNER".equals(granted.getAuthority()));
		}

	}

}
