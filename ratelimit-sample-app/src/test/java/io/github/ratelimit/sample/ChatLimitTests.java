package io.github.ratelimit.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.databind.JsonNode;

@SampleTest
class ChatLimitTests {

	@Autowired
	private ManualTime time;

	private final SampleClient client;

	ChatLimitTests(@LocalServerPort int port) {
		this.client = new SampleClient(port);
	}

	@BeforeEach
	void refill() {
		this.time.advance(Duration.ofHours(1));
	}

	@Test
	void theEleventhCallOfAKeyIsRefused() {
		callTenTimes("X-API-Key", "sk-eleven");
		HttpResponse<String> refused = this.client.chat("X-API-Key", "sk-eleven");
		assertThat(refused.statusCode()).isEqualTo(429);
		assertThat(header(refused, "Retry-After")).isEqualTo("6");
		assertThat(header(refused, "Cache-Control")).isEqualTo("no-store");
		assertThat(header(refused, "retry-after-ms")).isEqualTo("6000");
		assertThat(header(refused, "x-ratelimit-limit-requests")).isEqualTo("10");
		assertThat(header(refused, "x-ratelimit-remaining-requests")).isEqualTo("0");
		assertThat(header(refused, "x-ratelimit-reset-requests")).isEqualTo("1m0s");
		assertThat(header(refused, "RateLimit-Policy")).contains("\"chat\";q=10;w=60", "\"address\";q=300;w=60");
		assertThat(header(refused, "RateLimit")).contains("\"chat\";r=0;t=", "\"address\";r=290;t=");
		assertThat(header(refused, "Content-Type")).startsWith("application/json");
		JsonNode error = SampleClient.json(refused).get("error");
		assertThat(error.get("type").asString()).isEqualTo("requests");
		assertThat(error.get("code").asString()).isEqualTo("rate_limit_exceeded");
		assertThat(error.get("message").asString()).isNotBlank();
		assertThat(error.get("param").isNull()).isTrue();
	}

	@Test
	void anAllowedCallShowsTheRemainingPermits() {
		HttpResponse<String> allowed = this.client.chat("X-API-Key", "sk-left");
		assertThat(header(allowed, "x-ratelimit-limit-requests")).isEqualTo("10");
		assertThat(header(allowed, "x-ratelimit-remaining-requests")).isEqualTo("9");
		assertThat(header(allowed, "x-ratelimit-reset-requests")).isEqualTo("6s");
		assertThat(header(allowed, "Retry-After")).isEmpty();
	}

	@Test
	void anotherKeyIsNotAffected() {
		callTenTimes("X-API-Key", "sk-busy");
		assertThat(this.client.chat("X-API-Key", "sk-busy").statusCode()).isEqualTo(429);
		assertThat(this.client.chat("X-API-Key", "sk-other").statusCode()).isEqualTo(200);
	}

	@Test
	void aRefusedCallIsAllowedAfterItsRetryAfter() {
		callTenTimes("X-API-Key", "sk-patient");
		HttpResponse<String> refused = this.client.chat("X-API-Key", "sk-patient");
		long retryAfter = Long.parseLong(header(refused, "Retry-After"));
		this.time.advance(Duration.ofSeconds(retryAfter).minusMillis(1));
		assertThat(this.client.chat("X-API-Key", "sk-patient").statusCode()).isEqualTo(429);
		this.time.advance(Duration.ofMillis(1));
		assertThat(this.client.chat("X-API-Key", "sk-patient").statusCode()).isEqualTo(200);
	}

	@Test
	void aBearerTokenIsAKey() {
		callTenTimes("Authorization", "Bearer sk-bearer");
		assertThat(this.client.chat("Authorization", "Bearer sk-bearer").statusCode()).isEqualTo(429);
		assertThat(this.client.chat("Authorization", "Bearer sk-another").statusCode()).isEqualTo(200);
	}

	@Test
	void aKeyIsTheSameCallerInEitherHeader() {
		callTenTimes("X-API-Key", "sk-both");
		assertThat(this.client.chat("Authorization", "Bearer sk-both").statusCode()).isEqualTo(429);
		assertThat(this.client.chat("Authorization", "bearer  sk-both").statusCode()).isEqualTo(429);
	}

	@Test
	void aCallerWithoutAKeyIsCountedByAddress() {
		callTenTimes("", "");
		assertThat(this.client.chat("", "").statusCode()).isEqualTo(429);
		assertThat(this.client.chat("X-API-Key", "sk-same-address").statusCode()).isEqualTo(200);
	}

	@Test
	void aCallerThatInventsKeysIsStoppedByTheLimitPerAddress() {
		for (int i = 0; i < 300; i++) {
			assertThat(this.client.chat("X-API-Key", "sk-invented-" + i).statusCode()).isEqualTo(200);
		}
		HttpResponse<String> refused = this.client.chat("X-API-Key", "sk-invented-300");
		assertThat(refused.statusCode()).isEqualTo(429);
		assertThat(SampleClient.json(refused).get("error").get("message").asString()).contains("'address'");
	}

	@Test
	void anAddressThatDoesNotStopIsBannedForAnHour() {
		for (int i = 0; i < 400; i++) {
			int status = this.client.chat("X-API-Key", "sk-unstoppable-" + i).statusCode();
			assertThat(status).isEqualTo((i < 300) ? 200 : 429);
		}
		this.time.advance(Duration.ofMinutes(59));
		HttpResponse<String> banned = this.client.chat("X-API-Key", "sk-banned");
		assertThat(banned.statusCode()).isEqualTo(429);
		assertThat(header(banned, "Retry-After")).isEqualTo("60");
		this.time.advance(Duration.ofMinutes(1));
		assertThat(this.client.chat("X-API-Key", "sk-banned").statusCode()).isEqualTo(200);
	}

	@Test
	void aLimitInShadowModeIsCountedAndNotMentioned() {
		HttpResponse<String> allowed = this.client.chat("X-API-Key", "sk-shadow");
		assertThat(header(allowed, "RateLimit-Policy")).contains("\"chat\"").doesNotContain("everyone");
		JsonNode everyone = SampleClient.json(this.client.get("/actuator/ratelimits/everyone"));
		assertThat(everyone.get("mode").asString()).isEqualTo("shadow");
		assertThat(everyone.get("allowed").asInt()).isPositive();
	}

	@Test
	void anInvalidBodyIsCounted() {
		for (int i = 0; i < 10; i++) {
			assertThat(this.client.chat("{", "X-API-Key", "sk-bad").statusCode()).isEqualTo(400);
		}
		assertThat(this.client.chat("{", "X-API-Key", "sk-bad").statusCode()).isEqualTo(429);
	}

	@Test
	void anUnknownPathBelowTheRuleIsCounted() {
		for (int i = 0; i < 10; i++) {
			assertThat(this.client.post("/v1/nowhere", "{}", "X-API-Key", "sk-lost").statusCode()).isEqualTo(404);
		}
		assertThat(this.client.post("/v1/nowhere", "{}", "X-API-Key", "sk-lost").statusCode()).isEqualTo(429);
	}

	@Test
	void anAnnotatedMethodIsLimitedInAdditionToTheRules() {
		for (int i = 0; i < 30; i++) {
			assertThat(this.client.get("/v1/models").statusCode()).isEqualTo(200);
		}
		HttpResponse<String> refused = this.client.get("/v1/models");
		assertThat(refused.statusCode()).isEqualTo(429);
		assertThat(header(refused, "Retry-After")).isEqualTo("2");
		assertThat(SampleClient.json(refused).get("error").get("code").asString()).isEqualTo("rate_limit_exceeded");
		assertThat(this.client.chat("X-API-Key", "sk-no-models").statusCode()).isEqualTo(200);
	}

	@Test
	void aPathWithoutARuleIsNotLimited() {
		for (int i = 0; i < 301; i++) {
			HttpResponse<String> response = this.client.get("/nowhere");
			assertThat(response.statusCode()).isEqualTo(404);
			assertThat(header(response, "RateLimit")).isEmpty();
		}
	}

	@Test
	void theEndpointShowsMaskedKeys() {
		this.client.chat("X-API-Key", "sk-first-secret-81");
		this.client.chat("X-API-Key", "sk-second-secret-92");
		HttpResponse<String> response = this.client.get("/actuator/ratelimits/chat?size=1000");
		assertThat(response.statusCode()).isEqualTo(200);
		assertThat(response.body()).contains("sk-f***81", "sk-s***92").doesNotContain("secret");
		JsonNode limit = SampleClient.json(response);
		assertThat(limit.get("limit").asString()).isEqualTo("chat");
		assertThat(limit.get("boundTo").toString()).contains("/v1/**");
		JsonNode key = keyNamed(limit, "sk-f***81");
		assertThat(key.get("remaining").asInt()).isEqualTo(9);
		assertThat(key.get("allowed").asInt()).isEqualTo(1);
		assertThat(key.get("denied").asInt()).isZero();
	}

	@Test
	void theEndpointSetsShadowModeAndResetsAKeyAsInTheReadme() {
		callTenTimes("X-API-Key", "sk-changed-key-73");
		JsonNode key = keyNamed(SampleClient.json(this.client.get("/actuator/ratelimits/chat?size=1000")), "sk-c***73");
		String path = "/actuator/ratelimits/chat/" + key.get("id").asString();
		assertThat(this.client.chat("X-API-Key", "sk-changed-key-73").statusCode()).isEqualTo(429);
		assertThat(mode("shadow")).isLessThan(300);
		try {
			assertThat(this.client.chat("X-API-Key", "sk-changed-key-73").statusCode()).isEqualTo(200);
		}
		finally {
			assertThat(mode("enforce")).isLessThan(300);
		}
		assertThat(this.client.chat("X-API-Key", "sk-changed-key-73").statusCode()).isEqualTo(429);
		assertThat(this.client.delete(path).statusCode()).isLessThan(300);
		assertThat(this.client.chat("X-API-Key", "sk-changed-key-73").statusCode()).isEqualTo(200);
	}

	private int mode(String mode) {
		return this.client.post("/actuator/ratelimits/chat", "{\"mode\": \"" + mode + "\"}", "", "").statusCode();
	}

	@Test
	void metricsCountDecisions() {
		callTenTimes("X-API-Key", "sk-measured");
		this.client.chat("X-API-Key", "sk-measured");
		HttpResponse<String> response = this.client
			.get("/actuator/metrics/ratelimit.decisions?tag=limit:chat&tag=outcome:denied");
		assertThat(response.statusCode()).isEqualTo(200);
		assertThat(SampleClient.json(response).get("measurements").get(0).get("value").asDouble()).isPositive();
	}

	private void callTenTimes(String header, String value) {
		for (int i = 0; i < 10; i++) {
			assertThat(this.client.chat(header, value).statusCode()).isEqualTo(200);
		}
	}

	private static String header(HttpResponse<String> response, String name) {
		return response.headers().firstValue(name).orElse("");
	}

	private static JsonNode keyNamed(JsonNode limit, String masked) {
		for (JsonNode key : limit.get("keys")) {
			if (key.get("key").asString().equals(masked)) {
				return key;
			}
		}
		throw new AssertionError("No key " + masked + " in " + limit);
	}

}
