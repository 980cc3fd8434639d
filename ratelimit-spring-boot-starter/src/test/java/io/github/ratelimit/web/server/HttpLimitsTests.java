package io.github.ratelimit.web.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.ManualTime;
import io.github.ratelimit.web.server.RunningServer.Answer;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.servlet.config.annotation.CorsRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/** Limits for requests over HTTP. */
@TestInstance(Lifecycle.PER_CLASS)
class HttpLimitsTests {

	private final RunningServer server = RunningServer.withoutSecurity(Cors.class, "ratelimit.limits.chat.rate=2/d",
			"ratelimit.limits.chat.key[0]=header('X-API-Key')", "ratelimit.limits.chat.key[1]=ip",
			"ratelimit.limits.address.rate=5/d", "ratelimit.limits.address.key=ip",
			"ratelimit.http.rules[0].path=/v1/**", "ratelimit.http.rules[0].limits=address,chat",
			"ratelimit.http.rules[1].path=/get-only/**", "ratelimit.http.rules[1].methods=get",
			"ratelimit.http.rules[1].limits=chat", "ratelimit.http.rules[2].path=/**",
			"ratelimit.http.rules[2].methods=PATCH", "ratelimit.http.rules[2].limits=address");

	private long allowedBefore;

	private int reachedBefore;

	@BeforeEach
	void tomorrow() {
		this.server.limiter(true);
		this.server.bean(ManualTime.class).advance(Duration.ofDays(1));
		this.allowedBefore = this.server.allowed("address");
		this.reachedBefore = this.server.reached();
	}

	@AfterAll
	void stop() {
		this.server.close();
	}

	@Test
	void aKeyIsLimitedAndAnotherIsNot() throws IOException {
		assertThat(get("/v1/chat", "alice").header("X-RateLimit-Remaining")).isEqualTo("1");
		assertThat(get("/v1/chat", "alice").status()).isEqualTo(200);
		Answer refused = get("/v1/chat", "alice");
		assertThat(refused.status()).isEqualTo(429);
		assertThat(refused.header("Retry-After")).isEqualTo("43200");
		assertThat(refused.header("Cache-Control")).isEqualTo("no-store");
		assertThat(refused.header("RateLimit")).contains("\"chat\";r=0");
		assertThat(refused.body()).contains("quota-exceeded");
		assertThat(get("/v1/chat", "bob").status()).isEqualTo(200);
		assertThat(this.server.reached() - this.reachedBefore).isEqualTo(3);
		assertThat(charged()).isEqualTo(3);
	}

	@Test
	void headCountsAsGet() throws IOException {
		Answer head = this.server.send("HEAD", "/get-only/x", "X-API-Key: alice");
		assertThat(head.header("X-RateLimit-Remaining")).isEqualTo("1");
		this.server.send("GET", "/get-only/x", "X-API-Key: alice");
		Answer refused = this.server.send("HEAD", "/get-only/x", "X-API-Key: alice");
		assertThat(refused.status()).isEqualTo(429);
		assertThat(refused.body()).isEmpty();
		assertThat(this.server.send("POST", "/get-only/x", "X-API-Key: alice").status()).isNotEqualTo(429);
	}

	@Test
	void preflightIsExemptButPlainOptionsIsNot() throws IOException {
		for (int i = 0; i < 5; i++) {
			Answer preflight = this.server.send("OPTIONS", "/v1/chat", "Origin: https://app.example",
					"Access-Control-Request-Method: GET");
			assertThat(preflight.status()).isEqualTo(200);
			assertThat(preflight.header("Access-Control-Allow-Origin")).isEqualTo("https://app.example");
		}
		assertThat(charged()).isZero();
		assertThat(this.server.send("OPTIONS", "/v1/chat").status()).isEqualTo(200);
		assertThat(this.server.send("OPTIONS", "/v1/chat", "Origin: https://app.example").status()).isEqualTo(200);
		Answer refused = this.server.send("OPTIONS", "/v1/chat", "Origin: https://app.example");
		assertThat(refused.status()).isEqualTo(429);
		assertThat(refused.header("Access-Control-Allow-Origin")).isEqualTo("https://app.example");
	}

	@Test
	void anAllowedResponseToAnotherOriginExposesItsHeaders() throws IOException {
		Answer answer = this.server.get("/v1/chat", "Origin: https://app.example");
		assertThat(answer.status()).isEqualTo(200);
		assertThat(answer.header("Access-Control-Expose-Headers")).contains("RateLimit");
	}

	@ParameterizedTest
	@CsvSource({ "/v1/async, 200", "/v1/forward, 200", "/v1/fails, 500", "/v1/nothing, 404" })
	void aRequestIsChargedOnceOverAllItsDispatches(String path, int status) throws IOException {
		Answer answer = get(path, "alice");
		assertThat(answer.status()).isEqualTo(status);
		assertThat(answer.header("X-RateLimit-Remaining")).isEqualTo("1");
		assertThat(charged()).isEqualTo(1);
	}

	@Test
	void anAsynchronousHandlerHasTheScopeOfItsRequest() throws IOException {
		assertThat(get("/v1/async", "alice").body()).contains("same scope: true");
	}

	@Test
	void aHandlerCanReadTheFactsOfItsRequest() throws IOException {
		assertThat(get("/v1;a=b/f%61cts", "alice").body()).contains("127.0.0.1 /v1/facts null");
	}

	@Test
	void aRefusalInsideTheApplicationGetsTheSameResponse() throws IOException {
		Answer refused = this.server.get("/unlimited/refused");
		assertThat(refused.status()).isEqualTo(429);
		assertThat(refused.header("Retry-After")).isEqualTo("86400");
		assertThat(this.server.get("/unlimited/ok").headers()).doesNotContainKey("ratelimit");
	}

	@Test
	void managementPathsAreExempt() throws IOException {
		for (int i = 0; i < 10; i++) {
			assertThat(this.server.send("PATCH", "/actuator/health").status()).isNotEqualTo(429);
			assertThat(this.server.get("/actuator/health").status()).isEqualTo(200);
		}
		for (String path : List.of("/x", "/y", "/actuators", "/actuator;a=b/health", "/actuator%2e")) {
			this.server.send("PATCH", path);
		}
		assertThat(this.server.send("PATCH", "/x").status()).isEqualTo(429);
	}

	@Test
	void nothingIsLimitedWhenDisabled() throws IOException {
		this.server.limiter(false);
		for (int i = 0; i < 10; i++) {
			assertThat(get("/v1/chat", "alice").status()).isEqualTo(200);
		}
	}

	private long charged() {
		return this.server.allowed("address") - this.allowedBefore;
	}

	private Answer get(String path, String key) throws IOException {
		return this.server.get(path, "X-API-Key: " + key);
	}

	@Configuration(proxyBeanMethods = false)
	static class Cors {

		@Bean
		WebMvcConfigurer allowedOrigins() {
			return new WebMvcConfigurer() {

				@Override
				public void addCorsMappings(CorsRegistry registry) {
					registry.addMapping("/**").allowedOrigins("https://app.example").allowedMethods("*");
				}

			};
		}

	}

}
