package io.github.ratelimit.provider.dialect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Errors as providers sent them, most from reports in public issues. */
class DialectErrorsTests {

	@ParameterizedTest
	@MethodSource({ "rateLimits", "errorsThatWaitingDoesNotHelp", "overload" })
	void errorsOfProvidersAreRead(String dialect, int status, String headers, String body, String throttle,
			List<String> quotas) {
		ProviderSnapshot snapshot = Responses.read(dialect, status, headers, body);
		assertThat(Responses.throttle(snapshot)).isEqualTo(throttle);
		assertThat(Responses.quotas(snapshot)).containsExactlyElementsOf(quotas);
		assertThat(snapshot.ignoredValues()).isZero();
	}

	static List<Arguments> rateLimits() {
		return List.of(arguments("groq", 429, "retry-after: 6", openAi(
				"Rate limit reached for model `mixtral-8x7b-32768` in organization `org_1` on tokens per minute (TPM): "
						+ "Limit 15000, Used 11972, Requested 4351. Please try again in 5.289s. Visit "
						+ "https://console.groq.com/docs/rate-limits for more information.",
				"tokens", "rate_limit_exceeded"), "RATE_LIMITED after PT6S, TOKENS, rate_limit_exceeded",
				List.of("TOKENS 15000/3028 of PT1M, full in PT47.888S, CONTINUOUS")),
				// crewAI #494
				arguments("groq", 429, "", openAi(
						"Rate limit reached for model `llama3-70b-8192` in organization `org_123` on tokens per minute "
								+ "(TPM): Limit 5000, Used 5747, Requested ~4251. Please try again in 59.977s.",
						"tokens", "rate_limit_exceeded"), "RATE_LIMITED after PT59.977S, TOKENS, rate_limit_exceeded",
						List.of("TOKENS 5000/0 of PT1M, full in PT1M8.964S, CONTINUOUS")),
				// micro-agent #86
				arguments("openai", 429, "", openAi(
						"Rate limit reached for gpt-4o in organization org-1 on tokens per min (TPM): Limit 30000, Used "
								+ "29937, Requested 385. Please try again in 644ms.",
						"tokens", "rate_limit_exceeded"), "RATE_LIMITED after PT0.644S, TOKENS, rate_limit_exceeded",
						List.of("TOKENS 30000/63 of PT1M, full in PT59.874S, CONTINUOUS")),
				arguments("openai", 429, "", openAi(
						"Rate limit reached for gpt-4 in organization org-1 on tokens_usage_based per min: Limit 10000, "
								+ "Used 9298, Requested 1161. Please try again in 2.754s.",
						"tokens_usage_based", "rate_limit_exceeded"),
						"RATE_LIMITED after PT2.754S, TOKENS, rate_limit_exceeded",
						List.of("TOKENS 10000/702 of PT1M, full in PT55.788S, CONTINUOUS")),
				arguments("openai", 429, "", openAi(
						"Rate limit reached for gpt-3.5-turbo in organization org-1 on requests per day (RPD): Limit 200, "
								+ "Used 200, Requested 1. Please try again in 7m12s.",
						"requests", "rate_limit_exceeded"), "RATE_LIMITED after PT7M12S, REQUESTS, rate_limit_exceeded",
						List.of("REQUESTS 200/0 of PT24H, full in PT24H, CONTINUOUS")),
				arguments("openai", 429, "", openAi(
						"Rate limit reached for default-gpt-3.5-turbo in organization org-1 on requests per min. Limit: 3 "
								+ "/ min. Please try again in 20s. Contact us if you continue to have issues.",
						"requests", null), "RATE_LIMITED after PT20S, REQUESTS, requests",
						List.of("REQUESTS 3/-1 of PT1M, full in ?, CONTINUOUS")),
				arguments("openai", 429, """
						x-ratelimit-limit-tokens: 30000
						x-ratelimit-remaining-tokens: 63
						x-ratelimit-reset-tokens: 59.874s
						retry-after-ms: 644
						retry-after: 1
						""", openAi(
						"Rate limit reached for gpt-4o in organization org-1 on tokens per min (TPM): Limit 30000, Used "
								+ "29937, Requested 385. Please try again in 644ms.",
						"tokens", "rate_limit_exceeded"), "RATE_LIMITED after PT0.644S, TOKENS, rate_limit_exceeded",
						List.of("TOKENS 30000/63 of PT1M, full in PT59.874S, CONTINUOUS")),
				arguments("groq", 429, "", "{\"error\":{\"type\":\"tokens\",\"code\":\"rate_limit_exceeded\"}}",
						"RATE_LIMITED after ?, TOKENS, rate_limit_exceeded", List.of()),
				// sample-app-aoai-chatGPT #406
				arguments("azure-openai", 429, "",
						"""
								{"error":{"code":"429","message":"Requests to the Creates a completion for the chat message \
								Operation under Azure OpenAI API version 2023-03-15-preview have exceeded token rate limit of \
								your current OpenAI S0 pricing tier. Please retry after 9 seconds. Please go here: \
								https://aka.ms/oai/quotaincrease if you would like to further increase the default rate limit."}}
								""",
						"RATE_LIMITED after PT9S, TOKENS, 429", List.of()),
				arguments("azure-openai", 429, "x-rate-limit-reset-tokens: 55", "", "RATE_LIMITED after PT55S, ?, 429",
						List.of()),
				arguments("anthropic", 429, "retry-after: 16\nx-should-retry: true", anthropic("rate_limit_error",
						"This request would exceed your organization's rate limit of 40,000 input tokens per minute."),
						"RATE_LIMITED after PT16S, INPUT_TOKENS, rate_limit_error",
						List.of("INPUT_TOKENS 40000/-1 of PT1M, full in ?, CONTINUOUS")),
				// continue #9623
				arguments("anthropic", 429, "", anthropic("rate_limit_error",
						"This request would exceed the rate limit for your organization (org-1) of 30,000 input tokens "
								+ "per minute. Please reduce the prompt length or the maximum tokens requested."),
						"RATE_LIMITED after ?, INPUT_TOKENS, rate_limit_error",
						List.of("INPUT_TOKENS 30000/-1 of PT1M, full in ?, CONTINUOUS")),
				arguments("anthropic", 429, """
						anthropic-ratelimit-requests-limit: 5
						anthropic-ratelimit-requests-remaining: 0
						anthropic-ratelimit-requests-reset: 2026-01-01T00:00:01Z
						""",
						anthropic("rate_limit_error", "Number of requests has exceeded your per-minute rate limit"),
						"RATE_LIMITED after ?, REQUESTS, rate_limit_error",
						List.of("REQUESTS 5/0 of PT1M, full in PT1S, CONTINUOUS")),
				arguments("mistral", 429, "", """
						{"object":"error","message":"Rate limit exceeded","type":"rate_limited","param":null,\
						"code":"1300","raw_status_code":429}""", "RATE_LIMITED after ?, ?, rate_limited", List.of()),
				arguments("cerebras", 429, """
						x-ratelimit-limit-tokens-minute: 60000
						x-ratelimit-remaining-tokens-minute: 0
						x-ratelimit-reset-tokens-minute: 11.382867
						""", "", "RATE_LIMITED after PT11.382867S, TOKENS, 429",
						List.of("TOKENS 60000/0 of PT1M, full in PT11.382867S, FIXED_WINDOW")),
				// grammar-nazi-bot #958
				arguments("cerebras", 429, "", """
						{"message":"Requests per minute limit exceeded - too many requests sent.",\
						"type":"too_many_requests_error","param":"quota","code":"request_quota_exceeded"}""",
						"RATE_LIMITED after ?, REQUESTS, request_quota_exceeded", List.of()),
				// MoA #27
				arguments("together", 429, """
						x-ratelimit-limit: 1
						x-ratelimit-remaining: 0
						x-ratelimit-reset: 1
						""",
						openAi("You have been rate limited. Your rate limit is 60 queries per minute.", "credit_limit",
								null),
						"RATE_LIMITED after ?, REQUESTS, credit_limit",
						List.of("REQUESTS 1/0 of PT1S, full in PT1S, CONTINUOUS")),
				arguments("gemini", 429, "", gemini("57.238747106s", """
						{"quotaMetric":"generativelanguage.googleapis.com/generate_content_free_tier_requests",\
						"quotaId":"GenerateRequestsPerMinutePerProjectPerModel-FreeTier",\
						"quotaDimensions":{"location":"global","model":"gemini-2.0-flash"},"quotaValue":"15"}"""),
						"RATE_LIMITED after PT57.238747S, REQUESTS, RESOURCE_EXHAUSTED",
						List.of("REQUESTS 15/-1 of PT1M, full in ?, CONTINUOUS")),
				// a list with one error, as of a stream
				arguments("gemini", 429, "", "[" + gemini("20s", """
						{"quotaId":"GenerateContentInputTokensPerModelPerMinute-FreeTier","quotaValue":"250000"}""")
						+ "]", "RATE_LIMITED after PT20S, INPUT_TOKENS, RESOURCE_EXHAUSTED",
						List.of("INPUT_TOKENS 250000/-1 of PT1M, full in ?, CONTINUOUS")),
				// continue #10062
				arguments("gemini", 429, "", """
						{"error":{"code":429,"message":"You exceeded your current quota, please check your plan and \
						billing details. Please retry in 20.04466179s.","status":"RESOURCE_EXHAUSTED"}}""",
						"RATE_LIMITED after PT20.044662S, ?, RESOURCE_EXHAUSTED", List.of()),
				arguments("openrouter", 429, "", openRouter("free-models-per-min", "20", "1767225630000"),
						"RATE_LIMITED after PT30S, REQUESTS, 429",
						List.of("REQUESTS 20/0 of PT1M, full in PT30S, FIXED_WINDOW")),
				arguments("bedrock", 429, "x-amzn-errortype: ThrottlingException:http://internal.amazon.com/coral/",
						"{\"message\":\"Too many tokens, please wait before trying again.\"}",
						"RATE_LIMITED after ?, TOKENS, ThrottlingException", List.of()),
				arguments("xai", 429, "",
						"{\"code\":\"Some resource has been exhausted\",\"error\":\"Too many requests "
								+ "for team 1 and model grok-4. Your team's rate limit is 1.00 requests per second.\"}",
						"RATE_LIMITED after ?, REQUESTS, Some_resource_has_been_exhausted", List.of()),
				// cline #4826
				arguments("xai", 429, "",
						"{\"error\":\"Too many tokens for team 1 and model grok-4-0709. Your team's rate "
								+ "limit is \\u2014 Tokens per Minute (actual/limit): 65605/16000.\"}",
						"RATE_LIMITED after ?, TOKENS, 429",
						List.of("TOKENS 16000/0 of PT1M, full in PT4M6.01875S, CONTINUOUS")),
				arguments("github", 403, """
						x-ratelimit-limit: 60
						x-ratelimit-remaining: 0
						x-ratelimit-reset: 1767226500
						""", "{\"message\":\"API rate limit exceeded for 192.0.2.1.\"}",
						"RATE_LIMITED after PT15M, REQUESTS, 403",
						List.of("REQUESTS 60/0 of PT1H, full in PT15M, FIXED_WINDOW")),
				arguments("github", 403, "",
						"{\"message\":\"You have exceeded a secondary rate limit. Please wait a few "
								+ "minutes before you try again.\"}",
						"RATE_LIMITED after PT1M, ?, 403", List.of()),
				arguments("github", 429, "retry-after: 30", "", "RATE_LIMITED after PT30S, ?, 429", List.of()),
				arguments("github", 403, """
						x-ratelimit-limit: 30
						x-ratelimit-remaining: 0
						x-ratelimit-reset: 1767225660
						x-ratelimit-resource: search
						""", "{\"message\":\"API rate limit exceeded for user ID 1.\"}",
						"RATE_LIMITED after PT1M, ?, 403", List.of()),
				arguments("none", 429, "retry-after: Thu, 01 Jan 2026 00:00:07 GMT", "Too Many Requests",
						"RATE_LIMITED after PT7S, REQUESTS, 429", List.of()),
				arguments("ietf", 429, "retry-after: 0.5", "<html><body>429</body></html>",
						"RATE_LIMITED after PT0.5S, ?, 429", List.of()));
	}

	static List<Arguments> errorsThatWaitingDoesNotHelp() {
		return List.of(
				arguments("openai", 429, "retry-after: 2",
						openAi("You exceeded your current quota, please check your plan and billing details.",
								"insufficient_quota", "insufficient_quota"),
						"QUOTA_SPENT after PT2S, ?, insufficient_quota", List.of()),
				arguments("openai", 429, "", openAi("", "billing", "credit_balance_exhausted"),
						"QUOTA_SPENT after ?, ?, credit_balance_exhausted", List.of()),
				arguments("openai", 429, "", openAi("", "billing", "organization_spend_limit_exceeded"),
						"QUOTA_SPENT after ?, ?, organization_spend_limit_exceeded", List.of()),
				arguments("openai", 429, "", openAi("", "billing", "project_spend_limit_exceeded"),
						"QUOTA_SPENT after ?, ?, project_spend_limit_exceeded", List.of()),
				arguments("openai", 429, "", openAi("", "billing", "organization_usage_limit_exceeded"),
						"QUOTA_SPENT after ?, ?, organization_usage_limit_exceeded", List.of()),
				// agent-zero #711
				arguments("openai", 429, "", openAi(
						"Request too large for gpt-5 in organization org-123456 on tokens per min (TPM): Limit 30000, "
								+ "Requested 36055. The input or output tokens must be reduced in order to run "
								+ "successfully.",
						"tokens", "rate_limit_exceeded"), "REQUEST_TOO_LARGE after ?, TOKENS, rate_limit_exceeded",
						List.of("TOKENS 30000/-1 of PT1M, full in ?, CONTINUOUS")),
				// eliza #4040
				arguments("groq", 413, "",
						openAi("Request too large for model `llama-3.1-8b-instant` in organization `xxxx` service tier "
								+ "`on_demand` on tokens per minute (TPM): Limit 6000, Requested 6294, please reduce your "
								+ "message size and try again.", "tokens", "rate_limit_exceeded"),
						"REQUEST_TOO_LARGE after ?, TOKENS, rate_limit_exceeded",
						List.of("TOKENS 6000/-1 of PT1M, full in ?, CONTINUOUS")),
				// Fabric #364
				arguments("groq", 429, "", openAi(
						"Rate limit reached for model `llama3-70b-8192` on tokens per minute (TPM): Limit 7000, Used 0, "
								+ "Requested ~12903. Please try again in 50.597142857s.",
						"tokens", "rate_limit_exceeded"),
						"REQUEST_TOO_LARGE after PT50.597143S, TOKENS, rate_limit_exceeded",
						List.of("TOKENS 7000/7000 of PT1M, full in PT0S, CONTINUOUS")),
				// oh-my-pi #5418
				arguments("anthropic", 429, "retry-after: 300\nx-should-retry: false", anthropic("rate_limit_error",
						"This request would exceed your account's monthly spend limit. Please try again later."),
						"QUOTA_SPENT after PT5M, ?, rate_limit_error", List.of()),
				arguments("anthropic", 400, "", anthropic("invalid_request_error",
						"Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing."),
						"QUOTA_SPENT after ?, ?, invalid_request_error", List.of()),
				arguments("anthropic", 400, "", anthropic("invalid_request_error",
						"You have reached your specified API usage limits. You will regain access on 2026-02-01."),
						"QUOTA_SPENT after ?, ?, invalid_request_error", List.of()),
				// gemini-cli #8437
				arguments("gemini", 429, "", gemini("19.5s", """
						{"quotaId":"GenerateContentInputTokensPerModelPerMinute-FreeTier"},\
						{"quotaId":"GenerateRequestsPerDayPerProjectPerModel-FreeTier","quotaValue":"50"}"""),
						"QUOTA_SPENT after ?, INPUT_TOKENS, RESOURCE_EXHAUSTED",
						List.of("REQUESTS 50/-1 of PT24H, full in ?, FIXED_WINDOW")),
				// gemini-for-kubernetes-development #1215
				arguments("gemini", 429, "", """
						{"error":{"code":429,"message":"You exceeded your current quota, please check your plan and \
						billing details.","status":"RESOURCE_EXHAUSTED","details":[{"@type":\
						"type.googleapis.com/google.rpc.Help"}]}}""", "QUOTA_SPENT after ?, ?, RESOURCE_EXHAUSTED",
						List.of()),
				// openclaude #936
				arguments("openrouter", 429, "",
						openRouter("free-models-per-day. Add 10 credits to unlock 1000 free model requests per day",
								"50", "1767268800000"),
						"QUOTA_SPENT after PT12H, REQUESTS, 429",
						List.of("REQUESTS 50/0 of PT24H, full in PT12H, FIXED_WINDOW")),
				arguments("openrouter", 402, "", """
						{"error":{"message":"This request requires more credits, or fewer max_tokens.","code":402}}""",
						"QUOTA_SPENT after ?, ?, 402", List.of()),
				// agent-book #29
				arguments("bedrock", 429, "x-amzn-errortype: ThrottlingException",
						"{\"message\":\"Too many tokens per day, please wait before trying again.\"}",
						"QUOTA_SPENT after ?, TOKENS, ThrottlingException", List.of()),
				// continue #10373, koan #2412
				arguments("xai", 429, "",
						"""
								{"code":"Some resource has been exhausted","error":"Your team 16f2151a has either used all \
								available credits or reached its monthly spending limit. To continue making API requests, please \
								purchase more credits or raise your spending limit."}""",
						"QUOTA_SPENT after ?, ?, Some_resource_has_been_exhausted", List.of()),
				arguments("none", 402, "",
						"{\"error\":{\"message\":\"Insufficient Balance\",\"type\":\"unknown_error\"}}",
						"QUOTA_SPENT after ?, ?, unknown_error", List.of()));
	}

	static List<Arguments> overload() {
		return List.of(
				arguments("anthropic", 529, "", anthropic("overloaded_error", "Overloaded"),
						"OVERLOADED after ?, ?, overloaded_error", List.of()),
				arguments("openai", 503, "retry-after: 2", openAi("The server is overloaded", "server_error", null),
						"OVERLOADED after PT2S, ?, server_error", List.of()),
				arguments("openai", 429, "",
						openAi("That model is currently overloaded with other requests. You can retry your request.",
								"server_error", null),
						"OVERLOADED after ?, ?, server_error", List.of()),
				arguments("mistral", 429, "", """
						{"object":"error","message":"Service tier capacity exceeded for this model.",\
						"type":"service_tier_capacity_exceeded","code":"3505"}""",
						"OVERLOADED after ?, ?, service_tier_capacity_exceeded", List.of()),
				arguments("groq", 498, "", openAi("Flex tier capacity exceeded", "capacity", "capacity_exceeded"),
						"OVERLOADED after ?, ?, capacity_exceeded", List.of()),
				arguments("gemini", 503, "",
						"{\"error\":{\"code\":503,\"message\":\"The model is overloaded.\",\"status\":\"UNAVAILABLE\"}}",
						"OVERLOADED after ?, ?, UNAVAILABLE", List.of()),
				// pando #8
				arguments("openrouter", 429, "retry-after: 5",
						"""
								{"error":{"message":"Provider returned error","code":429,"metadata":{"raw":"model is temporarily \
								rate-limited upstream","provider_name":"Chutes"}}}""",
						"OVERLOADED after PT5S, ?, 429", List.of()),
				arguments("bedrock", 429, "x-amzn-errortype: ModelNotReadyException", "{\"message\":\"Not ready\"}",
						"OVERLOADED after ?, ?, ModelNotReadyException", List.of()),
				arguments("none", 503, "", "", "OVERLOADED after ?, ?, 503", List.of()));
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			again in 500 ms.                            | PT0.5S
			again in 500 milliseconds.                  | PT0.5S
			again in 5 mins.                            | PT5M
			again in 5min                               | PT5M
			again in 2 hrs or later                     | PT2H
			again in 1 minute and 30 seconds.           | PT1M30S
			again in 1 hour, 5 minutes.                 | PT1H5M
			again in 7m12.5s.                           | PT7M12.5S
			again in 1,000 seconds.                     | PT16M40S
			again in 300 \u00b5s                         | PT0.0003S
			retry after 30                              | PT30S
			retry after 30.                             | PT30S
			(retry after 30), see the docs              | PT30S
			retry after 30, 40 requests are in progress | PT30S
			retry after 2025-07-01                      | ?
			retry after 2025-07-01T00:00:00Z            | ?
			retry after 12:30                           | ?
			again in 5-10 seconds                       | ?
			again in 3 fortnights                       | ?
			again in 3 minutes 2 fortnights             | ?
			again in a moment                           | ?
			""")
	void aWaitInWordsIsReadWithItsUnitOrNotAtAll(String wait, String read) {
		ProviderSnapshot snapshot = Responses.read("openai", 429, "",
				openAi("Rate limit reached. Please " + wait, "tokens", "rate_limit_exceeded"));
		assertThat(Responses.throttle(snapshot))
			.isEqualTo("RATE_LIMITED after " + read + ", TOKENS, rate_limit_exceeded");
	}

	@ParameterizedTest
	@CsvSource({ "400, Bad request: spend limit", "401, Invalid key", "403, Forbidden", "404, No such model",
			"413, Payload too large", "500, Request too large: Limit 5 tokens per min", "200, Rate limit" })
	void otherErrorsAreNoThrottle(int status, String message) {
		for (ClientDialect dialect : BuiltInDialects.all()) {
			ProviderResponse response = Responses.response(status, "", openAi(message, "error", null));
			assertThat(dialect.read(response)).as(dialect.name()).isSameAs(ProviderSnapshot.EMPTY);
		}
	}

	@ParameterizedTest
	@CsvSource({ "'retry-after-ms: 1500', PT1.5S, 0", "'retry-after: 2', PT2S, 0", "'retry-after: 2.75', PT2.75S, 0",
			"'retry-after: Thu, 01 Jan 2026 00:01:00 GMT', PT1M, 0",
			"'retry-after: Wed, 31 Dec 2025 23:59:00 GMT', PT0S, 0", "'retry-after: 0', PT0S, 0",
			"'retry-after-ms: soon|retry-after: 3', PT3S, 1", "'retry-after-ms: 500|retry-after: 3', PT0.5S, 0",
			"'retry-after: soon', , 1", "'retry-after: 99999999', , 1", "'retry-after: -5', , 0" })
	void theFirstReadableHintDeterminesTheWait(String headers, String wait, int ignored) {
		ProviderSnapshot snapshot = Responses.read("openai", 429, headers.replace("|", "\n"), "");
		assertThat(snapshot.throttle().retryAfter()).isEqualTo((wait != null) ? Duration.parse(wait) : null);
		assertThat(snapshot.ignoredValues()).isEqualTo(ignored);
	}

	@Test
	void aProviderMayAskNotToRepeatTheRequest() {
		Throttle refused = Responses.read("openai", 429, "x-should-retry: false\nretry-after: 90", "").throttle();
		assertThat(refused.retryRefused()).isTrue();
		assertThat(refused.kind()).isEqualTo(Throttle.Kind.RATE_LIMITED);
		assertThat(Responses.read("openai", 429, "x-should-retry: true", "").throttle().retryRefused()).isFalse();
		assertThat(Responses.read("openai", 429, "", "").throttle().retryRefused()).isFalse();
	}

	@Test
	void theCodeIsShortAndHarmless() {
		String code = "rate limit\\n<script>" + "x".repeat(100);
		String body = "{\"error\":{\"code\":\"" + code + "\"}}";
		assertThat(Responses.read("openai", 429, "", body).throttle().code()).matches("[A-Za-z0-9_.-]{64}");
	}

	private static String openAi(String message, String type, String code) {
		return "{\"error\":{\"message\":\"" + message + "\",\"type\":\"" + type + "\",\"param\":null,\"code\":"
				+ ((code != null) ? "\"" + code + "\"" : "null") + "}}";
	}

	private static String anthropic(String type, String message) {
		return "{\"type\":\"error\",\"error\":{\"type\":\"" + type + "\",\"message\":\"" + message
				+ "\"},\"request_id\":\"req_1\"}";
	}

	private static String gemini(String delay, String violations) {
		return "{\"error\":{\"code\":429,\"message\":\"You exceeded your current quota, please check your plan and "
				+ "billing details.\",\"status\":\"RESOURCE_EXHAUSTED\",\"details\":[{\"@type\":"
				+ "\"type.googleapis.com/google.rpc.QuotaFailure\",\"violations\":[" + violations
				+ "]},{\"@type\":\"type.googleapis.com/google.rpc.RetryInfo\",\"retryDelay\":\"" + delay + "\"}]}}";
	}

	private static String openRouter(String limit, String permits, String reset) {
		return "{\"error\":{\"message\":\"Rate limit exceeded: " + limit + "\",\"code\":429,\"metadata\":{\"headers\":{"
				+ "\"X-RateLimit-Limit\":\"" + permits + "\",\"X-RateLimit-Remaining\":\"0\",\"X-RateLimit-Reset\":\""
				+ reset + "\"},\"provider_name\":null}},\"user_id\":\"user_1\"}";
	}

}
