package io.github.ratelimit.web.response;

import static io.github.ratelimit.provider.Decisions.banned;
import static io.github.ratelimit.provider.Decisions.decision;
import static io.github.ratelimit.provider.Decisions.granted;
import static io.github.ratelimit.provider.Decisions.inShadow;
import static io.github.ratelimit.provider.Decisions.limit;
import static io.github.ratelimit.provider.Decisions.perRate;
import static io.github.ratelimit.provider.Decisions.refused;
import static io.github.ratelimit.provider.Decisions.tooLarge;
import static io.github.ratelimit.provider.Decisions.unavailable;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.ratelimit.Decision;
import io.github.ratelimit.Key;
import io.github.ratelimit.Limit;
import io.github.ratelimit.LimitUnit;
import io.github.ratelimit.MissingKeyException;
import io.github.ratelimit.Rate;
import io.github.ratelimit.TimeSource;
import io.github.ratelimit.provider.AnswerStyles;
import io.github.ratelimit.provider.BodyStyle;
import io.github.ratelimit.provider.Decisions;
import io.github.ratelimit.provider.HeaderStyle;
import io.github.ratelimit.provider.Refusal;
import io.github.ratelimit.provider.UnknownStyleException;
import io.github.ratelimit.registry.Handles;
import io.github.ratelimit.store.Charge;
import io.github.ratelimit.store.ChargeDecision;
import io.github.ratelimit.web.cors.CorsHeaders;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ServletAnswersTests {

	private static final Limit CHAT = limit("chat", "10/min");

	private static final Limit LOGIN = limit("login", "5/15min");

	private static final ChargeDecision CHAT_REFUSES = refused(CHAT, Duration.ofMillis(5001), Duration.ofSeconds(60));

	private final MockHttpServletRequest request = new MockHttpServletRequest("POST", "/v1/chat");

	private final MockHttpServletResponse response = new MockHttpServletResponse();

	@Test
	void aRefusalIsA429WithRetryAfterThatIsNotStored() throws IOException {
		refuse(decision(CHAT_REFUSES), null);
		assertThat(this.response.getStatus()).isEqualTo(429);
		assertThat(this.response.getHeaders("Retry-After")).containsExactly("6");
		assertThat(this.response.getHeaders("Cache-Control")).containsExactly("no-store");
		assertThat(this.response.getHeader("X-RateLimit-Remaining")).isEqualTo("0");
		assertThat(this.response.getHeader("RateLimit")).isEqualTo("\"chat\";r=0;t=6");
		assertThat(this.response.getHeader("RateLimit-Policy")).isEqualTo("\"chat\";q=10;w=60");
	}

	@ParameterizedTest
	@CsvSource({ "1, 1", "999999999, 1", "1000000000, 1", "1000000001, 2", "5999999999, 6", "6000000000, 6" })
	void retryAfterIsRoundedUpAndAtLeastOne(long waitNanos, String retryAfter) throws IOException {
		refuse(decision(refused(CHAT, Duration.ofNanos(waitNanos), Duration.ofSeconds(60))), null);
		assertThat(this.response.getHeader("Retry-After")).isEqualTo(retryAfter);
	}

	@Test
	void retryAfterIsTheLongestOfTheViolatedLimits() throws IOException {
		refuse(decision(CHAT_REFUSES, refused(LOGIN, Duration.ofMinutes(3), Duration.ofMinutes(15)),
				granted(limit("everyone", "1000/d"), 0, Duration.ofDays(1))), null);
		assertThat(this.response.getHeader("Retry-After")).isEqualTo("180");
	}

	@Test
	void problemNamesTheViolatedPoliciesAndTheWait() throws IOException {
		Limit several = limit("address", "5/s, 300/min");
		ChargeDecision addressRefuses = ChargeDecision.refused(Decisions.charge(several), 0, 200_000_000L,
				60_000_000_000L, perRate(5, Duration.ZERO, 0, Duration.ofSeconds(60)));
		refuse(decision(CHAT_REFUSES, addressRefuses, granted(LOGIN, 3, Duration.ofSeconds(1))), "problem");
		assertThat(this.response.getContentType()).isEqualTo("application/problem+json");
		assertThat(this.response.getContentAsString())
			.isEqualTo("{\"type\":\"https://iana.org/assignments/http-problem-types#quota-exceeded\","
					+ "\"title\":\"Quota exceeded\",\"status\":429,"
					+ "\"detail\":\"Rate limits 'chat', 'address' are exceeded. Please try again in 6 seconds.\","
					+ "\"violated-policies\":[\"chat\",\"address;2\"]}");
		assertThat(this.response.getContentLength()).isEqualTo(this.response.getContentAsByteArray().length);
	}

	@Test
	void theOpenAiBodyIsTheErrorObjectOfTheProvider() throws IOException {
		refuse(decision(refused(CHAT, Duration.ofSeconds(1), Duration.ofSeconds(60))), "openai");
		assertThat(this.response.getContentType()).isEqualTo("application/json");
		assertThat(this.response.getContentAsString())
			.isEqualTo("{\"error\":{\"message\":\"Rate limit 'chat' is exceeded. Please try again in 1 second.\","
					+ "\"type\":\"requests\",\"param\":null,\"code\":\"rate_limit_exceeded\"}}");
	}

	@Test
	void withoutABodyThereAreOnlyStatusAndHeaders() throws IOException {
		refuse(decision(CHAT_REFUSES), "none");
		assertThat(this.response.getStatus()).isEqualTo(429);
		assertThat(this.response.getContentAsByteArray()).isEmpty();
		assertThat(this.response.getContentType()).isNull();
		assertThat(this.response.getHeader("Content-Length")).isEqualTo("0");
	}

	@Test
	void headGetsTheHeadersOfTheBodyAndNoBody() throws IOException {
		this.request.setMethod("HEAD");
		refuse(decision(CHAT_REFUSES), "problem");
		assertThat(this.response.getStatus()).isEqualTo(429);
		assertThat(this.response.getContentType()).isEqualTo("application/problem+json");
		assertThat(this.response.getContentLength()).isPositive();
		assertThat(this.response.getContentAsByteArray()).isEmpty();
	}

	@Test
	void aChargeAboveTheCapacityIsTooLargeAndNotToBeRetried() throws IOException {
		refuse(decision(CHAT_REFUSES, tooLarge(limit("chat-tokens", "1000/min"), 1500)), "problem");
		assertThat(this.response.getStatus()).isEqualTo(413);
		assertThat(this.response.getHeader("Retry-After")).isNull();
		assertThat(this.response.getHeader("x-should-retry")).isEqualTo("false");
		assertThat(this.response.getHeader("Cache-Control")).isEqualTo("no-store");
		JsonNode problem = json();
		assertThat(problem.get("type").asString()).isEqualTo("about:blank");
		assertThat(problem.get("status").asInt()).isEqualTo(413);
		assertThat(problem.get("detail").asString())
			.isEqualTo("Request too large for rate limit 'chat-tokens': " + "Limit 1000, Requested 1500.");
		assertThat(problem.get("violated-policies")).hasSize(1);
		assertThat(problem.get("violated-policies").get(0).asString()).isEqualTo("chat-tokens");
	}

	@Test
	void tooLargeHasOpenAisFormatToo() throws IOException {
		refuse(decision(tooLarge(CHAT, 11)), "openai");
		assertThat(this.response.getStatus()).isEqualTo(413);
		assertThat(json().get("error").get("message").asString()).startsWith("Request too large");
		assertThat(json().get("error").get("code").asString()).isEqualTo("rate_limit_exceeded");
	}

	@ParameterizedTest
	@CsvSource({ "TOKENS, tokens", "REQUESTS, requests" })
	void openAisErrorTypeIsTheUnitOfTheDecidingLimit(LimitUnit unit, String type) throws IOException {
		Limit limit = Limit.named("budget").rates(Rate.parse("100/min")).unit(unit).build();
		refuse(decision(CHAT_REFUSES, refused(limit, Duration.ofSeconds(9), Duration.ofSeconds(60))), "openai");
		assertThat(json().get("error").get("type").asString()).isEqualTo(type);
		MockHttpServletResponse tooLarge = new MockHttpServletResponse();
		Decision decision = decision(tooLarge(limit, 101));
		answers().refuse(this.request, tooLarge, decision, decision.limits(), "openai");
		assertThat(tooLarge.getStatus()).isEqualTo(413);
		assertThat(tooLarge.getContentAsString()).isEqualTo(
				"{\"error\":{\"message\":\"Request too large for rate limit 'budget': Limit 100, Requested 101.\","
						+ "\"type\":\"" + type + "\",\"param\":null,\"code\":\"rate_limit_exceeded\"}}");
		assertThat(tooLarge.getHeader("x-should-retry")).isEqualTo("false");
		assertThat(tooLarge.getHeader("Retry-After")).isNull();
	}

	@Test
	void theAnthropicBodyIsTheErrorObjectOfTheProvider() throws IOException {
		refuse(decision(CHAT_REFUSES), "anthropic");
		assertThat(this.response.getStatus()).isEqualTo(429);
		assertThat(this.response.getContentType()).isEqualTo("application/json");
		assertThat(this.response.getContentAsString()).isEqualTo(
				"{\"type\":\"error\",\"error\":{\"type\":\"rate_limit_error\",\"message\":\"Rate limit 'chat' is "
						+ "exceeded. Please try again in 6 seconds.\"}}");
	}

	@Test
	void theAnthropicBodyHasTheRequestIdOfTheApplication() throws IOException {
		this.response.setHeader("request-id", "req_\"1\"");
		refuse(decision(CHAT_REFUSES), "anthropic");
		assertThat(json().get("request_id").asString()).isEqualTo("req_\"1\"");
	}

	@Test
	void anthropicHasATypeForEveryReason() throws IOException {
		assertThat(anthropicType(decision(tooLarge(CHAT, 11)), 413)).isEqualTo("request_too_large");
		assertThat(anthropicType(decision(unavailable(CHAT, Duration.ofSeconds(1))), 503)).isEqualTo("api_error");
		assertThat(anthropicType(decision(banned(CHAT_REFUSES, Duration.ofHours(1))), 429))
			.isEqualTo("rate_limit_error");
		answers().refuse(this.request, this.response, new MissingKeyException("chat", "None."), List.of(), "anthropic");
		assertThat(this.response.getStatus()).isEqualTo(403);
		assertThat(json().get("error").get("type").asString()).isEqualTo("permission_error");
	}

	private String anthropicType(Decision decision, int status) throws IOException {
		MockHttpServletResponse answer = new MockHttpServletResponse();
		answers().refuse(this.request, answer, decision, decision.limits(), "anthropic");
		assertThat(answer.getStatus()).isEqualTo(status);
		return JsonMapper.shared().readTree(answer.getContentAsString()).get("error").get("type").asString();
	}

	@Test
	void aBanIsAbnormalUsageUntilItsEnd() throws IOException {
		refuse(decision(CHAT_REFUSES, banned(granted(LOGIN, 5, Duration.ZERO), Duration.ofHours(1))), "problem");
		assertThat(this.response.getStatus()).isEqualTo(429);
		assertThat(this.response.getHeader("Retry-After")).isEqualTo("3600");
		assertThat(this.response.getContentAsString())
			.isEqualTo("{\"type\":\"https://iana.org/assignments/http-problem-types#abnormal-usage-detected\","
					+ "\"title\":\"Abnormal usage detected\",\"status\":429,"
					+ "\"detail\":\"Rate limit 'login' was exceeded too often, so it refuses all requests for a while. "
					+ "Please try again in 3600 seconds.\",\"violated-policies\":[\"login\"]}");
	}

	@Test
	void aHiddenBanIsNotNamed() throws IOException {
		hidingLogin().refuse(this.request, this.response,
				decision(banned(granted(LOGIN, 5, Duration.ZERO), Duration.ofHours(1))), List.of(), "openai");
		assertThat(this.response.getStatus()).isEqualTo(429);
		assertThat(json().get("error").get("message").asString())
			.isEqualTo("Too many requests were refused, so all are for a while. Please try again in 3600 seconds.");
		assertThat(this.response.getContentAsString()).doesNotContain("login");
	}

	@Test
	void limitsInShadowModeAreInNoHeaderAndNoBody() throws IOException {
		ChargeDecision loginInShadow = inShadow(refused(LOGIN, Duration.ofMinutes(3), Duration.ofMinutes(15)));
		Decision allowed = decision(granted(CHAT, 9, Duration.ofSeconds(6)), loginInShadow);
		assertThat(allowed.isAllowed()).isTrue();
		answers().writeHeaders(allowed.limits(), this.response);
		assertThat(this.response.getHeader("RateLimit")).isEqualTo("\"chat\";r=9;t=6");
		assertThat(this.response.getHeader("X-RateLimit-Limit")).isEqualTo("10");

		MockHttpServletResponse alone = new MockHttpServletResponse();
		answers().writeHeaders(List.of(loginInShadow), alone);
		assertThat(alone.getHeaderNames()).isEmpty();

		refuse(decision(CHAT_REFUSES, loginInShadow), "problem");
		assertThat(this.response.getHeader("Retry-After")).isEqualTo("6");
		assertThat(this.response.getContentAsString()).doesNotContain("login");
	}

	@Test
	void openAisHeadersOfARefusalHaveTheWaitInMilliseconds() throws IOException {
		Handles.of(LOGIN).registered().change((settings) -> settings.withHidden(true));
		ServletAnswers openAi = new ServletAnswers(new AnswerStyles(List.of(), List.of(), TimeSource.system()),
				List.of("openai"), "openai", new CorsHeaders(List::of), UpstreamHeadersMode.REPLACE,
				Duration.ofMinutes(1));
		Decision decision = decision(CHAT_REFUSES, refused(LOGIN, Duration.ofMillis(7002), Duration.ofMinutes(15)));
		openAi.refuse(this.request, this.response, decision, decision.limits(), null);
		assertThat(this.response.getHeader("Retry-After")).isEqualTo("8");
		assertThat(this.response.getHeader("retry-after-ms")).isEqualTo("7002");
		MockHttpServletResponse tooLarge = new MockHttpServletResponse();
		openAi.refuse(this.request, tooLarge, decision(tooLarge(CHAT, 11)), List.of(), null);
		assertThat(tooLarge.getHeader("retry-after-ms")).isNull();
	}

	@ParameterizedTest
	@CsvSource({ "openai, problem", "anthropic, problem", "x-ratelimit, openai", "draft-11, anthropic",
			"openai, openai" })
	void aLongWaitAndEveryBanAreNotRetriedByTheSdksOfProviders(String headers, String body) throws IOException {
		ServletAnswers answers = new ServletAnswers(new AnswerStyles(List.of(), List.of(), TimeSource.system()),
				List.of(headers), "none", new CorsHeaders(List::of), UpstreamHeadersMode.REPLACE,
				Duration.ofMinutes(1));
		assertThat(shouldRetry(answers, body, refused(CHAT, Duration.ofSeconds(60), Duration.ofMinutes(2)))).isNull();
		assertThat(shouldRetry(answers, body, refused(CHAT, Duration.ofMillis(60_001), Duration.ofMinutes(2))))
			.isEqualTo("false");
		assertThat(shouldRetry(answers, body, ChargeDecision.banned(CHAT_REFUSES, Duration.ofSeconds(2).toNanos())))
			.isEqualTo("false");
		ServletAnswers patient = new ServletAnswers(new AnswerStyles(List.of(), List.of(), TimeSource.system()),
				List.of(headers), "none", new CorsHeaders(List::of), UpstreamHeadersMode.REPLACE, Duration.ofHours(1));
		assertThat(shouldRetry(patient, body, refused(CHAT, Duration.ofHours(1), Duration.ofHours(1)))).isNull();
		assertThat(shouldRetry(patient, body, refused(CHAT, Duration.ofHours(2), Duration.ofHours(2))))
			.isEqualTo("false");
	}

	@Test
	void otherStylesDoNotPreventRetries() throws IOException {
		assertThat(shouldRetry(answers(), "problem", refused(CHAT, Duration.ofHours(1), Duration.ofHours(1)))).isNull();
		assertThat(shouldRetry(answers(), "none", ChargeDecision.banned(CHAT_REFUSES, Duration.ofHours(1).toNanos())))
			.isNull();
	}

	private String shouldRetry(ServletAnswers answers, String body, ChargeDecision refused) throws IOException {
		MockHttpServletResponse answer = new MockHttpServletResponse();
		Decision decision = decision(refused);
		answers.refuse(this.request, answer, decision, decision.limits(), body);
		assertThat(answer.getStatus()).isEqualTo(429);
		assertThat(answer.getHeader("Retry-After")).isNotNull();
		return answer.getHeader("x-should-retry");
	}

	@Test
	void aMissingKeyIsA403WithoutDetailsOfTheConfiguration() throws IOException {
		MissingKeyException missing = new MissingKeyException("secret-limit", "None of [header('X-Secret')] has one.");
		answers().refuse(this.request, this.response, missing, List.of(), null);
		assertThat(this.response.getStatus()).isEqualTo(403);
		assertThat(this.response.getHeader("Retry-After")).isNull();
		assertThat(this.response.getHeader("Cache-Control")).isEqualTo("no-store");
		assertThat(this.response.getContentType()).isEqualTo("application/problem+json");
		assertThat(this.response.getContentAsString()).doesNotContainIgnoringCase("secret");
		assertThat(json().get("status").asInt()).isEqualTo(403);
	}

	@Test
	void aMissingKeyHasOpenAisFormatToo() throws IOException {
		answers().refuse(this.request, this.response, new MissingKeyException("chat", "None."), List.of(), "openai");
		assertThat(this.response.getStatus()).isEqualTo(403);
		assertThat(json().get("error").get("code").asString()).isEqualTo("missing_key");
	}

	@Test
	void aLimitThatCannotBeCheckedIsA503WithRetryAfterThatIsNotStored() throws IOException {
		refuse(decision(unavailable(CHAT, Duration.ofMillis(1200)), granted(LOGIN, 4, Duration.ofMinutes(3))), null);
		assertThat(this.response.getStatus()).isEqualTo(503);
		assertThat(this.response.getHeaders("Retry-After")).containsExactly("2");
		assertThat(this.response.getHeaders("Cache-Control")).containsExactly("no-store");
		assertThat(this.response.getContentType()).isEqualTo("application/problem+json");
		assertThat(this.response.getContentAsString())
			.isEqualTo("{\"type\":\"https://iana.org/assignments/http-problem-types#temporary-reduced-capacity\","
					+ "\"title\":\"Temporary reduced capacity\",\"status\":503,"
					+ "\"detail\":\"Rate limit 'chat' cannot be checked. Please try again in 2 seconds.\","
					+ "\"violated-policies\":[\"chat\"]}");
	}

	@Test
	void aLimitThatCannotBeCheckedIsAServerErrorInOpenAisFormat() throws IOException {
		refuse(decision(unavailable(CHAT, Duration.ofNanos(1))), "openai");
		assertThat(this.response.getStatus()).isEqualTo(503);
		assertThat(this.response.getHeader("Retry-After")).isEqualTo("1");
		assertThat(this.response.getContentAsString())
			.isEqualTo("{\"error\":{\"message\":\"Rate limit 'chat' cannot be checked. Please try again in 1 second.\","
					+ "\"type\":\"server_error\",\"param\":null,\"code\":\"service_unavailable\"}}");
	}

	@Test
	void aHiddenLimitThatCannotBeCheckedIsNotNamed() throws IOException {
		hidingLogin().refuse(this.request, this.response, decision(unavailable(LOGIN, Duration.ofSeconds(1))),
				List.of(), "problem");
		assertThat(this.response.getStatus()).isEqualTo(503);
		assertThat(this.response.getContentAsString()).doesNotContain("login");
		assertThat(json().get("detail").asString())
			.isEqualTo("The service is not available. Please try again in 1 second.");
		assertThat(json().get("violated-policies")).isEmpty();
	}

	@Test
	void aViolatedLimitTakesPrecedenceOverOneThatCannotBeChecked() throws IOException {
		refuse(decision(CHAT_REFUSES, unavailable(LOGIN, Duration.ofSeconds(9))), null);
		assertThat(this.response.getStatus()).isEqualTo(429);
		assertThat(this.response.getHeader("Retry-After")).isEqualTo("9");
		assertThat(this.response.getHeader("RateLimit")).isEqualTo("\"chat\";r=0;t=6");
		assertThat(json().get("detail").asString())
			.isEqualTo("Rate limit 'chat' is exceeded. Please try again in 9 seconds.");
		assertThat(json().get("violated-policies")).hasSize(1);
	}

	@Test
	void tooLargeTakesPrecedenceOverALimitThatCannotBeChecked() throws IOException {
		refuse(decision(unavailable(LOGIN, Duration.ofSeconds(9)), tooLarge(CHAT, 11)), null);
		assertThat(this.response.getStatus()).isEqualTo(413);
		assertThat(this.response.getHeader("Retry-After")).isNull();
	}

	@Test
	void limitsWithoutFactsAreInNoHeader() throws IOException {
		ChargeDecision letThrough = ChargeDecision.letThrough(Decisions.charge(LOGIN));
		answers().writeHeaders(List.of(letThrough), this.response);
		assertThat(this.response.getHeaderNames()).isEmpty();
		answers().writeHeaders(List.of(letThrough, granted(CHAT, 9, Duration.ofSeconds(6))), this.response);
		assertThat(this.response.getHeader("RateLimit")).isEqualTo("\"chat\";r=9;t=6");
		assertThat(this.response.getHeader("RateLimit-Policy")).isEqualTo("\"chat\";q=10;w=60");
		assertThat(this.response.getHeader("X-RateLimit-Limit")).isEqualTo("10");
		MockHttpServletResponse refused = new MockHttpServletResponse();
		Decision decision = decision(unavailable(CHAT, Duration.ofSeconds(1)));
		answers().refuse(this.request, refused, decision, decision.limits(), null);
		assertThat(refused.getHeaderNames()).containsExactlyInAnyOrder("Retry-After", "Cache-Control", "Content-Type",
				"Content-Length");
	}

	@Test
	void aDecisionWithoutFactsDoesNotReplaceOneWithFacts() {
		answers().writeHeaders(
				List.of(granted(CHAT, 9, Duration.ofSeconds(6)), ChargeDecision.letThrough(Decisions.charge(CHAT))),
				this.response);
		assertThat(this.response.getHeader("RateLimit")).isEqualTo("\"chat\";r=9;t=6");
	}

	@Test
	void limitsThatTheLocalFallbackCountsAreInTheHeaders() throws IOException {
		refuse(decision(ChargeDecision.degraded(CHAT_REFUSES)), null);
		assertThat(this.response.getStatus()).isEqualTo(429);
		assertThat(this.response.getHeader("RateLimit")).isEqualTo("\"chat\";r=0;t=6");
	}

	@Test
	void inputFromTheClientIsNotInTheResponse() throws IOException {
		ChargeDecision limit = ChargeDecision
			.refused(Charge.of(Handles.of(CHAT), Key.of("sk-secret\r\nX-Evil: 1\""), 1), 0, 1, 1, null);
		this.request.setRequestURI("/evil");
		refuse(decision(limit), "problem");
		assertThat(this.response.getContentAsString()).doesNotContainIgnoringCase("evil").doesNotContain("sk-");
		assertThat(this.response.getHeaderNames()).doesNotContain("X-Evil");
		assertThat(this.response.getHeaderNames()).allSatisfy((name) -> assertThat(this.response.getHeaders(name))
			.noneMatch((value) -> value.contains("sk-") || value.contains("\n")));
	}

	@Test
	void anAllowedCallHasTheHeadersOfEveryLimit() {
		answers().writeHeaders(
				List.of(granted(CHAT, 9, Duration.ofSeconds(6)), granted(LOGIN, 4, Duration.ofMinutes(3))),
				this.response);
		assertThat(this.response.getHeader("X-RateLimit-Limit")).isEqualTo("5");
		assertThat(this.response.getHeader("RateLimit")).isEqualTo("\"chat\";r=9;t=6, \"login\";r=4;t=180");
		assertThat(this.response.getHeader("Retry-After")).isNull();
	}

	@Test
	void rewritingReplacesTheHeaders() {
		ChargeDecision first = granted(CHAT, 9, Duration.ofSeconds(6));
		ChargeDecision second = granted(CHAT, 8, Duration.ofSeconds(12));
		answers().writeHeaders(List.of(first), this.response);
		answers().writeHeaders(List.of(first, second), this.response);
		assertThat(this.response.getHeaders("X-RateLimit-Remaining")).containsExactly("8");
		assertThat(this.response.getHeaders("RateLimit")).containsExactly("\"chat\";r=8;t=6");
		assertThat(this.response.getHeaders("RateLimit-Policy")).containsExactly("\"chat\";q=10;w=60");
	}

	@Test
	void theLatestDecisionOfAKeyCountsEvenIfMorePermitsAreLeft() {
		ChargeDecision first = granted(CHAT, 2, Duration.ofSeconds(48));
		ChargeDecision second = granted(CHAT, 3, Duration.ofSeconds(42));
		answers().writeHeaders(List.of(first, second), this.response);
		assertThat(this.response.getHeader("RateLimit")).isEqualTo("\"chat\";r=3;t=6");
	}

	@Test
	void ofOneLimitWithSeveralKeysTheOneClosestToRefusalIsShown() {
		ChargeDecision one = granted(CHAT, 2, Duration.ofSeconds(48));
		ChargeDecision other = ChargeDecision.granted(Charge.of(Handles.of(CHAT), Key.of("other"), 1), null, 9,
				6_000_000_000L, null);
		answers().writeHeaders(List.of(one, other), this.response);
		assertThat(this.response.getHeader("RateLimit")).isEqualTo("\"chat\";r=2;t=6");
		answers().writeHeaders(List.of(other, one), this.response);
		assertThat(this.response.getHeader("RateLimit")).isEqualTo("\"chat\";r=2;t=6");
	}

	@Test
	void hiddenLimitsAreInNoHeader() {
		answers().writeHeaders(
				List.of(granted(LOGIN, 0, Duration.ofMinutes(15)), granted(CHAT, 9, Duration.ofSeconds(6))),
				this.response);
		assertThat(this.response.getHeader("X-RateLimit-Limit")).isEqualTo("5");
		MockHttpServletResponse hiding = new MockHttpServletResponse();
		hidingLogin().writeHeaders(
				List.of(granted(LOGIN, 0, Duration.ofMinutes(15)), granted(CHAT, 9, Duration.ofSeconds(6))), hiding);
		assertThat(hiding.getHeader("X-RateLimit-Limit")).isEqualTo("10");
		assertThat(hiding.getHeader("RateLimit")).isEqualTo("\"chat\";r=9;t=6");
		assertThat(hiding.getHeader("RateLimit-Policy")).isEqualTo("\"chat\";q=10;w=60");
	}

	@Test
	void decisionsOfHiddenLimitsOnlyHaveNoHeaders() {
		hidingLogin().writeHeaders(List.of(granted(LOGIN, 4, Duration.ofMinutes(3))), this.response);
		assertThat(this.response.getHeaderNames()).isEmpty();
	}

	@Test
	void aRefusalByAHiddenLimitHasTheWaitAndNothingElse() throws IOException {
		ChargeDecision login = refused(LOGIN, Duration.ofMinutes(3), Duration.ofMinutes(15));
		hidingLogin().refuse(this.request, this.response, decision(login), List.of(login), "problem");
		assertThat(this.response.getStatus()).isEqualTo(429);
		assertThat(this.response.getHeader("Retry-After")).isEqualTo("180");
		assertThat(this.response.getHeaderNames()).doesNotContain("RateLimit", "RateLimit-Policy", "X-RateLimit-Limit");
		assertThat(this.response.getContentAsString()).doesNotContain("login");
		assertThat(json().get("detail").asString()).isEqualTo("Too many requests. Please try again in 180 seconds.");
		assertThat(json().get("violated-policies")).isEmpty();
	}

	@Test
	void aHiddenLimitThatCanNeverBePaidIsNotNamed() throws IOException {
		hidingLogin().refuse(this.request, this.response, decision(tooLarge(LOGIN, 6)), List.of(), "problem");
		assertThat(this.response.getStatus()).isEqualTo(413);
		assertThat(this.response.getContentAsString()).doesNotContain("login").contains("Request too large.");
	}

	@Test
	void theHeaderStyleNoneStillHasRetryAfter() throws IOException {
		ServletAnswers silent = new ServletAnswers(new AnswerStyles(List.of(), List.of(), TimeSource.system()),
				List.of("none"), "problem", new CorsHeaders(List::of), UpstreamHeadersMode.REPLACE,
				Duration.ofMinutes(1));
		silent.refuse(this.request, this.response, decision(CHAT_REFUSES), List.of(), null);
		assertThat(this.response.getHeaderNames()).containsExactlyInAnyOrder("Retry-After", "Cache-Control",
				"Content-Type", "Content-Length");
	}

	@Test
	void aCommittedResponseIsNotChanged() throws IOException {
		this.response.setCommitted(true);
		answers().writeHeaders(List.of(CHAT_REFUSES), this.response);
		refuse(decision(CHAT_REFUSES), null);
		assertThat(this.response.getStatus()).isEqualTo(200);
		assertThat(this.response.getHeaderNames()).isEmpty();
	}

	@Test
	void outputOfAHandlerIsReplaced() throws IOException {
		this.response.getWriter().write("half an answer");
		refuse(decision(CHAT_REFUSES), "problem");
		assertThat(json().get("status").asInt()).isEqualTo(429);
	}

	@Test
	void aStyleOfTheApplicationReplacesTheBuiltInOne() throws IOException {
		ServletAnswers answers = new ServletAnswers(
				new AnswerStyles(List.of(), List.of(new OwnBody("problem")), TimeSource.system()), List.of("none"),
				"problem", new CorsHeaders(List::of), UpstreamHeadersMode.REPLACE, Duration.ofMinutes(1));
		answers.refuse(this.request, this.response, decision(CHAT_REFUSES), List.of(), null);
		assertThat(this.response.getContentAsString()).isEqualTo("wait 6 \u2013 429");
		assertThat(this.response.getContentType()).isEqualTo("text/plain;charset=UTF-8");
	}

	@Test
	void aStyleOfTheApplicationCanHaveItsOwnName() throws IOException {
		ServletAnswers answers = new ServletAnswers(
				new AnswerStyles(List.of(), List.of(new OwnBody("house")), TimeSource.system()), List.of("none"),
				"problem", new CorsHeaders(List::of), UpstreamHeadersMode.REPLACE, Duration.ofMinutes(1));
		answers.refuse(this.request, this.response, decision(CHAT_REFUSES), List.of(), "house");
		assertThat(this.response.getContentAsString()).isEqualTo("wait 6 \u2013 429");
	}

	@Test
	void anUnknownStyleIsNamedWithTheNearestName() {
		AnswerStyles styles = new AnswerStyles(List.of(), List.of(), TimeSource.system());
		assertThatExceptionOfType(UnknownStyleException.class).isThrownBy(() -> styles.headers(List.of("draft-10")))
			.withMessage("There is no header style named 'draft-10'. Did you mean 'draft-11'? "
					+ "The known ones are anthropic, draft-11, none, openai, x-ratelimit.");
		assertThatExceptionOfType(UnknownStyleException.class).isThrownBy(() -> styles.body("gemini"))
			.withMessage("There is no body style named 'gemini'. The known ones are anthropic, none, openai, problem.");
	}

	@Test
	void namesOfStylesIgnoreCase() {
		assertThat(new AnswerStyles(List.of(), List.of(), TimeSource.system())
			.headers(List.of("X-RateLimit", " draft-11", "x-ratelimit"))).extracting(HeaderStyle::name)
			.containsExactly("x-ratelimit", "draft-11");
	}

	@Test
	void twoStylesWithOneNameAreRejected() {
		assertThatIllegalArgumentException()
			.isThrownBy(() -> new AnswerStyles(List.of(), List.of(new OwnBody("house"), new OwnBody("House")),
					TimeSource.system()))
			.withMessageContaining("named 'house'");
	}

	private void refuse(Decision decision, String bodyStyle) throws IOException {
		answers().refuse(this.request, this.response, decision, decision.limits(), bodyStyle);
	}

	private JsonNode json() throws IOException {
		return JsonMapper.shared().readTree(this.response.getContentAsString());
	}

	private static ServletAnswers answers() {
		return new ServletAnswers(new AnswerStyles(List.of(), List.of(), TimeSource.system()),
				List.of("x-ratelimit", "draft-11"), "problem", new CorsHeaders(List::of), UpstreamHeadersMode.REPLACE,
				Duration.ofMinutes(1));
	}

	private static ServletAnswers hidingLogin() {
		Handles.of(LOGIN).registered().change((settings) -> settings.withHidden(true));
		return answers();
	}

	private record OwnBody(String name) implements BodyStyle {

		@Override
		public Body body(Refusal refusal) {
			return new Body("text/plain;charset=UTF-8",
					"wait " + refusal.retryAfterSeconds() + " \u2013 " + refusal.status());
		}

	}

}
