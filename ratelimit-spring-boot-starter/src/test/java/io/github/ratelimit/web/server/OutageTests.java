package io.github.ratelimit.web.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.ManualTime;
import io.github.ratelimit.OnStoreFailure;
import io.github.ratelimit.RateLimited;
import io.github.ratelimit.store.OutageStore;
import io.github.ratelimit.web.server.RunningServer.Answer;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** What callers get during an outage of the store. */
@TestInstance(Lifecycle.PER_CLASS)
class OutageTests {

	private static final String REDUCED_CAPACITY = "https://iana.org/assignments/http-problem-types#temporary-reduced-capacity";

	private final RunningServer server = RunningServer.withoutSecurity(Outage.class, "ratelimit.limits.local.rate=2/d",
			"ratelimit.limits.local.key=ip", "ratelimit.limits.allow.rate=2/d", "ratelimit.limits.allow.key=ip",
			"ratelimit.limits.deny.rate=50/d", "ratelimit.limits.deny.key=ip",
			"ratelimit.http.rules[0].path=/v1/local/**", "ratelimit.http.rules[0].limits=local",
			"ratelimit.http.rules[1].path=/v1/allow/**", "ratelimit.http.rules[1].limits=allow",
			"ratelimit.http.rules[2].path=/v1/deny/**", "ratelimit.http.rules[2].limits=deny",
			"ratelimit.http.rules[3].path=/v1/*/openai", "ratelimit.http.rules[3].limits=deny",
			"ratelimit.http.rules[3].body=openai");

	@BeforeEach
	void tomorrow() {
		this.server.bean(ManualTime.class).advance(Duration.ofDays(1));
		this.server.bean(OutageStore.class).down(true);
	}

	@AfterAll
	void stop() {
		this.server.close();
	}

	@Test
	void aLimitThatDeniesAnswers503WithRetryAfter() throws IOException {
		Answer refused = this.server.get("/v1/deny/x");
		assertThat(refused.status()).isEqualTo(503);
		assertThat(refused.header("Retry-After")).isEqualTo("2");
		assertThat(refused.header("Cache-Control")).isEqualTo("no-store");
		assertThat(refused.header("Content-Type")).isEqualTo("application/problem+json");
		assertThat(refused.body()).contains(REDUCED_CAPACITY, "\"status\":503", "\"violated-policies\":[\"deny\"]");
		assertThat(refused.headers()).doesNotContainKeys("ratelimit", "ratelimit-policy", "x-ratelimit-limit");
	}

	@Test
	void openAisClientsGetTheirOwnErrorFormat() throws IOException {
		Answer refused = this.server.get("/v1/deny/openai");
		assertThat(refused.status()).isEqualTo(503);
		assertThat(refused.header("Retry-After")).isEqualTo("2");
		assertThat(refused.body()).contains("\"type\":\"server_error\"", "\"code\":\"service_unavailable\"");
	}

	@Test
	void aLimitThatAllowsHasNoHeaders() throws IOException {
		for (int i = 0; i < 5; i++) {
			Answer allowed = this.server.get("/v1/allow/x");
			assertThat(allowed.status()).isEqualTo(404);
			assertThat(allowed.headers()).doesNotContainKeys("ratelimit", "ratelimit-policy", "x-ratelimit-limit");
		}
	}

	@Test
	void aLimitThatCountsLocallyShowsItsCountAndRefuses() throws IOException {
		assertThat(this.server.get("/v1/local/x").header("X-RateLimit-Remaining")).isEqualTo("1");
		assertThat(this.server.get("/v1/local/x").header("X-RateLimit-Remaining")).isEqualTo("0");
		Answer refused = this.server.get("/v1/local/x");
		assertThat(refused.status()).isEqualTo(429);
		assertThat(refused.header("RateLimit")).startsWith("\"local\";r=0;t=");
	}

	@Test
	void aViolatedLimitAnswers429WhateverElseIsUnavailable() throws IOException {
		this.server.get("/v1/local/x");
		this.server.get("/v1/local/x");
		Answer both = this.server.get("/v1/local/openai");
		assertThat(both.status()).isEqualTo(429);
		assertThat(both.header("Retry-After")).isEqualTo("43200");
		assertThat(both.body()).contains("Rate limit 'local' is exceeded").doesNotContain("deny");
	}

	@Test
	void methodsGetTheSameResponses() throws IOException {
		Answer refused = this.server.get("/method/deny");
		assertThat(refused.status()).isEqualTo(503);
		assertThat(refused.header("Retry-After")).isEqualTo("2");
		assertThat(refused.header("Cache-Control")).isEqualTo("no-store");
		assertThat(refused.body()).contains(REDUCED_CAPACITY, "Rate limit 'deny' cannot be checked.");
		assertThat(this.server.get("/method/allow").status()).isEqualTo(200);
	}

	@Test
	void limitsWorkNormallyAfterTheOutage() throws IOException {
		assertThat(this.server.get("/method/deny").status()).isEqualTo(503);
		this.server.bean(OutageStore.class).down(false);
		Answer allowed = this.server.get("/method/deny");
		assertThat(allowed.status()).isEqualTo(200);
		assertThat(allowed.header("X-RateLimit-Remaining")).isEqualTo("49");
	}

	@Test
	void decisionsDuringTheOutageAreCountedAsDegraded() throws IOException {
		long before = this.server.degraded("deny");
		this.server.get("/v1/deny/x");
		this.server.get("/v1/deny/x");
		assertThat(this.server.degraded("deny") - before).isEqualTo(2);
	}

	@Configuration(proxyBeanMethods = false)
	static class Outage {

		@Bean
		OutageStore outageStore(ManualTime time) {
			return new OutageStore(time, Map.of("deny", OnStoreFailure.DENY, "allow", OnStoreFailure.ALLOW));
		}

		@RestController
		static class Methods {

			@RateLimited("deny")
			@GetMapping("/method/deny")
			public String deny() {
				return "deny";
			}

			@RateLimited("allow")
			@GetMapping("/method/allow")
			public String allow() {
				return "allow";
			}

		}

	}

}
