package io.github.ratelimit.web.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.Key;
import io.github.ratelimit.ManualTime;
import io.github.ratelimit.PlanResolver;
import io.github.ratelimit.RateLimited;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** Callers with different plans, for rules and annotated methods. */
@Tag("version-independent")
@TestInstance(Lifecycle.PER_CLASS)
class PlansTests {

	private final RunningServer server = RunningServer.withoutSecurity(Plans.class, "ratelimit.limits.chat.rate=1/d",
			"ratelimit.limits.chat.key=header('X-API-Key')", "ratelimit.limits.chat.plan=header('X-Plan')",
			"ratelimit.limits.chat.plans.pro=3/d", "ratelimit.limits.resolved.rate=1/d",
			"ratelimit.limits.resolved.key=header('X-API-Key')", "ratelimit.limits.resolved.plans.pro=3/d",
			"ratelimit.http.rules[0].path=/v1/chat", "ratelimit.http.rules[0].limits=chat",
			"ratelimit.http.rules[1].path=/v1/facts", "ratelimit.http.rules[1].limits=resolved");

	@BeforeEach
	void tomorrow() {
		this.server.bean(ManualTime.class).advance(Duration.ofDays(1));
	}

	@AfterAll
	void stop() {
		this.server.close();
	}

	@Test
	void aRuleReadsThePlanFromTheExpression() throws IOException {
		assertThat(allowed("/v1/chat", "X-API-Key: alice")).isEqualTo(1);
		assertThat(allowed("/v1/chat", "X-API-Key: bob", "X-Plan: pro")).isEqualTo(3);
		assertThat(allowed("/v1/chat", "X-API-Key: carol", "X-Plan: gold")).isEqualTo(1);
	}

	@Test
	void anAnnotatedMethodReadsThePlanOfItsLimit() throws IOException {
		assertThat(allowed("/annotated", "X-API-Key: dora")).isEqualTo(1);
		assertThat(allowed("/annotated", "X-API-Key: emil", "X-Plan: pro")).isEqualTo(3);
	}

	@Test
	void theResolverOfTheApplicationIsCalledWithTheKey() throws IOException {
		assertThat(allowed("/v1/facts", "X-API-Key: somebody")).isEqualTo(1);
		assertThat(allowed("/v1/facts", "X-API-Key: pro-customer")).isEqualTo(3);
	}

	@Test
	void headersShowTheLimitOfThePlan() throws IOException {
		assertThat(this.server.get("/v1/chat", "X-API-Key: finn", "X-Plan: pro").header("X-RateLimit-Limit"))
			.isEqualTo("3");
		assertThat(this.server.get("/v1/chat", "X-API-Key: gina").header("X-RateLimit-Limit")).isEqualTo("1");
	}

	@Test
	void aChangeOfPlanConvertsUsedPermitsInProportion() throws IOException {
		assertThat(this.server.get("/v1/chat", "X-API-Key: hans").status()).isEqualTo(200);
		assertThat(this.server.get("/v1/chat", "X-API-Key: hans", "X-Plan: pro").status()).isEqualTo(429);
	}

	private int allowed(String path, String... headers) throws IOException {
		int allowed = 0;
		for (int i = 0; i < 5; i++) {
			allowed += (this.server.get(path, headers).status() == 200) ? 1 : 0;
		}
		return allowed;
	}

	@Configuration(proxyBeanMethods = false)
	static class Plans {

		@Bean
		PlanResolver planResolver() {
			return (String limit, Key key) -> key.text().startsWith("pro-") ? "pro" : null;
		}

		@Bean
		Annotated annotated() {
			return new Annotated();
		}

	}

	@RestController
	static class Annotated {

		@GetMapping("/annotated")
		@RateLimited("chat")
		public String annotated() {
			return "ok";
		}

	}

}
