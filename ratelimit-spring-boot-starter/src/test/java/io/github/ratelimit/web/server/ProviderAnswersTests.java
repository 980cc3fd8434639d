package io.github.ratelimit.web.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.ManualTime;
import io.github.ratelimit.registry.LimitRegistry;
import io.github.ratelimit.web.server.RunningServer.Answer;
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
import org.springframework.web.servlet.config.annotation.CorsRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/** Responses in the styles of OpenAI and Anthropic over HTTP. */
@Tag("version-independent")
@TestInstance(Lifecycle.PER_CLASS)
class ProviderAnswersTests {

	private final RunningServer server = RunningServer.withoutSecurity(Cors.class, "ratelimit.limits.chat.rate=2/min",
			"ratelimit.limits.chat.key=header('X-API-Key')", "ratelimit.limits.chat.unit=requests",
			"ratelimit.limits.chat-tokens.rate=1000/min", "ratelimit.limits.chat-tokens.key=header('X-API-Key')",
			"ratelimit.limits.chat-tokens.unit=tokens", "ratelimit.limits.chat-tokens.cost=header('X-Tokens')",
			"ratelimit.limits.tried-out.rate=1/d", "ratelimit.limits.tried-out.key=header('X-API-Key')",
			"ratelimit.limits.tried-out.mode=shadow", "ratelimit.limits.tried-out.unit=requests",
			"ratelimit.http.headers=openai,anthropic", "ratelimit.http.rules[0].path=/v1/chat",
			"ratelimit.http.rules[0].limits=tried-out,chat,chat-tokens", "ratelimit.http.rules[0].body=openai",
			"ratelimit.http.rules[1].path=/v1/facts", "ratelimit.http.rules[1].limits=chat,chat-tokens",
			"ratelimit.http.rules[1].body=anthropic");

	@BeforeEach
	void later() {
		this.server.bean(ManualTime.class).advance(Duration.ofMinutes(1));
	}

	@AfterAll
	void stop() {
		this.server.close();
	}

	@Test
	void allowedCallsHaveHeadersOfRequestsAndTokens() throws IOException {
		Answer answer = ask("/v1/chat", "alice", 100);
		assertThat(answer.status()).isEqualTo(200);
		assertThat(answer.headers()).containsEntry("x-ratelimit-limit-requests", "2")
			.containsEntry("x-ratelimit-remaining-requests", "1")
			.containsEntry("x-ratelimit-reset-requests", "30s")
			.containsEntry("x-ratelimit-limit-tokens", "1000")
			.containsEntry("x-ratelimit-remaining-tokens", "900")
			.containsEntry("x-ratelimit-reset-tokens", "6s")
			.containsEntry("anthropic-ratelimit-requests-limit", "2")
			.containsEntry("anthropic-ratelimit-requests-remaining", "1")
			.containsEntry("anthropic-ratelimit-tokens-remaining", "900")
			.doesNotContainKeys("retry-after", "retry-after-ms");
		assertThat(answer.header("anthropic-ratelimit-tokens-reset")).matches("2026-01-01T00:0\\d:06Z");
	}

	@Test
	void aRefusalByATokenLimitHasOpenAisFormat() throws IOException {
		ask("/v1/chat", "bob", 999);
		Answer refused = ask("/v1/chat", "bob", 100);
		assertThat(refused.status()).isEqualTo(429);
		assertThat(refused.header("Retry-After")).isEqualTo("6");
		assertThat(refused.header("retry-after-ms")).isEqualTo("5940");
		assertThat(refused.header("x-ratelimit-remaining-tokens")).isEqualTo("1");
		assertThat(refused.body()).isEqualTo(
				"{\"error\":{\"message\":\"Rate limit 'chat-tokens' is exceeded. Please try again in 6 seconds.\","
						+ "\"type\":\"tokens\",\"param\":null,\"code\":\"rate_limit_exceeded\"}}");
	}

	@Test
	void aRefusalHasAnthropicsFormatIfTheRuleIsConfiguredSo() throws IOException {
		ask("/v1/facts", "carol", 999);
		Answer refused = ask("/v1/facts", "carol", 100);
		assertThat(refused.status()).isEqualTo(429);
		assertThat(refused.header("Retry-After")).isEqualTo("6");
		assertThat(refused.body()).isEqualTo("{\"type\":\"error\",\"error\":{\"type\":\"rate_limit_error\","
				+ "\"message\":\"Rate limit 'chat-tokens' is exceeded. Please try again in 6 seconds.\"}}");
	}

	@Test
	void aReservationAboveTheCapacityMustNotBeRetried() throws IOException {
		Answer openAi = ask("/v1/chat", "dora", 1001);
		assertThat(openAi.status()).isEqualTo(413);
		assertThat(openAi.header("x-should-retry")).isEqualTo("false");
		assertThat(openAi.headers()).doesNotContainKeys("retry-after", "retry-after-ms");
		assertThat(openAi.body()).isEqualTo("{\"error\":{\"message\":\"Request too large for rate limit 'chat-tokens': "
				+ "Limit 1000, Requested 1001.\",\"type\":\"tokens\",\"param\":null,\"code\":\"rate_limit_exceeded\"}}");
		Answer anthropic = ask("/v1/facts", "dora", 1001);
		assertThat(anthropic.status()).isEqualTo(413);
		assertThat(anthropic.body()).isEqualTo("{\"type\":\"error\",\"error\":{\"type\":\"request_too_large\","
				+ "\"message\":\"Request too large for rate limit 'chat-tokens': Limit 1000, Requested 1001.\"}}");
		assertThat(ask("/v1/chat", "dora", 1000).header("x-ratelimit-remaining-requests")).isEqualTo("1");
	}

	@Test
	void aLimitInShadowModeRefusesNoCallAndIsNotMentioned() throws IOException {
		long before = this.server.bean(LimitRegistry.class).get("tried-out").statistics().shadowDenied();
		ask("/v1/chat", "emil", 1);
		Answer second = ask("/v1/chat", "emil", 1);
		assertThat(second.status()).isEqualTo(200);
		assertThat(second.header("x-ratelimit-limit-requests")).isEqualTo("2");
		assertThat(second.headers().toString() + second.body()).doesNotContain("tried-out");
		assertThat(this.server.bean(LimitRegistry.class).get("tried-out").statistics().shadowDenied() - before)
			.isEqualTo(1);
	}

	@Test
	void scriptsOfOtherOriginsCanReadTheHeaders() throws IOException {
		Answer answer = this.server.get("/v1/chat", "X-API-Key: finn", "X-Tokens: 1", "Origin: https://app.example");
		assertThat(answer.header("Access-Control-Expose-Headers")).contains("x-ratelimit-reset-tokens",
				"retry-after-ms", "anthropic-ratelimit-requests-reset", "Retry-After");
	}

	private Answer ask(String path, String key, int tokens) throws IOException {
		return this.server.get(path, "X-API-Key: " + key, "X-Tokens: " + tokens);
	}

	@Configuration(proxyBeanMethods = false)
	static class Cors {

		@Bean
		WebMvcConfigurer cors() {
			return new WebMvcConfigurer() {

				@Override
				public void addCorsMappings(CorsRegistry registry) {
					registry.addMapping("/**").allowedOrigins("https://app.example");
				}

			};
		}

	}

}
