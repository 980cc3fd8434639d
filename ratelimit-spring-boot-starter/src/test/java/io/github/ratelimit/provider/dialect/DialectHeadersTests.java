package io.github.ratelimit.provider.dialect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Headers as providers sent them, most from reports in public issues. */
class DialectHeadersTests {

	@ParameterizedTest
	@MethodSource("samples")
	void headersOfProvidersAreRead(String dialect, String headers, List<String> quotas) {
		ProviderSnapshot snapshot = Responses.read(dialect, 200, headers, "");
		assertThat(Responses.quotas(snapshot)).containsExactlyElementsOf(quotas);
		assertThat(snapshot.throttle()).isNull();
		assertThat(snapshot.ignoredValues()).isZero();
	}

	static List<Arguments> samples() {
		return List.of(
				// open-webui #3743
				arguments("openai", """
						x-ratelimit-limit-requests: 500
						x-ratelimit-limit-tokens: 30000
						x-ratelimit-remaining-requests: 499
						x-ratelimit-remaining-tokens: 29996
						x-ratelimit-reset-requests: 120ms
						x-ratelimit-reset-tokens: 8ms
						""",
						List.of("REQUESTS 500/499 of ?, full in PT0.12S, CONTINUOUS",
								"TOKENS 30000/29996 of PT1M, full in PT0.008S, CONTINUOUS")),
				// a day of requests, and tokens twice
				arguments("openai", """
						x-ratelimit-limit-requests: 200
						x-ratelimit-limit-tokens: 40000
						x-ratelimit-limit-tokens_usage_based: 40000
						x-ratelimit-remaining-requests: 197
						x-ratelimit-remaining-tokens: 39929
						x-ratelimit-remaining-tokens_usage_based: 39929
						x-ratelimit-reset-requests: 16m17.764s
						x-ratelimit-reset-tokens: 106ms
						x-ratelimit-reset-tokens_usage_based: 106ms
						""",
						List.of("REQUESTS 200/197 of PT24H, full in PT16M17.764S, CONTINUOUS",
								"TOKENS 40000/39929 of PT1M, full in PT0.106S, CONTINUOUS")),
				arguments("openai", """
						x-ratelimit-limit-requests: 10000
						x-ratelimit-remaining-requests: 9999
						x-ratelimit-reset-requests: 8.64s
						x-ratelimit-limit-tokens: 250000
						x-ratelimit-remaining-tokens: 249989
						x-ratelimit-reset-tokens: 2ms
						x-ratelimit-limit-project-tokens: 100000
						x-ratelimit-remaining-project-tokens: 99000
						x-ratelimit-reset-project-tokens: 600ms
						""",
						List.of("REQUESTS 10000/9999 of PT24H, full in PT8.64S, CONTINUOUS",
								"TOKENS 100000/99000 of PT1M, full in PT0.6S, CONTINUOUS")),
				// the documentation's figures, which do not belong together
				arguments("openai", """
						x-ratelimit-limit-requests: 60
						x-ratelimit-remaining-requests: 59
						x-ratelimit-reset-requests: 1s
						x-ratelimit-limit-tokens: 150000
						x-ratelimit-remaining-tokens: 149984
						x-ratelimit-reset-tokens: 6m0s
						""",
						List.of("REQUESTS 60/59 of ?, full in PT1S, CONTINUOUS",
								"TOKENS 150000/149984 of ?, full in PT6M, CONTINUOUS")),
				// openai-dotnet #838
				arguments("azure-openai", """
						x-ratelimit-limit-tokens: -1
						x-ratelimit-remaining-tokens: -1
						x-ratelimit-reset-tokens: 0
						x-ratelimit-limit-requests: 20
						x-ratelimit-remaining-requests: 19
						x-ratelimit-reset-requests: 9
						""", List.of("REQUESTS 20/19 of PT10S, full in PT9S, FIXED_WINDOW")),
				arguments("azure-openai", """
						x-ratelimit-remaining-tokens: 119870
						x-ratelimit-remaining-requests: 119
						""",
						List.of("REQUESTS -1/119 of PT10S, full in ?, FIXED_WINDOW",
								"TOKENS -1/119870 of PT1M, full in ?, FIXED_WINDOW")),
				// anthropic-sdk-typescript #357: the times are those of its clock
				arguments("anthropic", """
						anthropic-ratelimit-requests-limit: 5
						anthropic-ratelimit-requests-remaining: 0
						anthropic-ratelimit-requests-reset: 2024-03-26T20:00:00Z
						anthropic-ratelimit-tokens-limit: 25000
						anthropic-ratelimit-tokens-remaining: 16000
						anthropic-ratelimit-tokens-reset: 2024-03-26T20:00:00Z
						date: Tue, 26 Mar 2024 19:59:59 GMT
						""",
						List.of("REQUESTS 5/0 of PT1M, full in PT1S, CONTINUOUS",
								"TOKENS 25000/16000 of PT1M, full in PT1S, CONTINUOUS")),
				// coday #110
				arguments("anthropic", """
						anthropic-ratelimit-input-tokens-limit: 200000
						anthropic-ratelimit-input-tokens-remaining: 0
						anthropic-ratelimit-input-tokens-reset: 2026-01-01T00:01:03Z
						anthropic-ratelimit-output-tokens-limit: 80000
						anthropic-ratelimit-output-tokens-remaining: 80000
						anthropic-ratelimit-output-tokens-reset: 2025-12-31T23:59:45Z
						""",
						List.of("INPUT_TOKENS 200000/0 of PT1M, full in PT1M3S, CONTINUOUS",
								"OUTPUT_TOKENS 80000/80000 of PT1M, full in PT0S, CONTINUOUS")),
				// gpt-pilot #862
				arguments("groq", """
						x-ratelimit-limit-requests: 14400
						x-ratelimit-limit-tokens: 18000
						x-ratelimit-remaining-requests: 14370
						x-ratelimit-remaining-tokens: 17997
						x-ratelimit-reset-requests: 2m59.56s
						x-ratelimit-reset-tokens: 7.66s
						""",
						List.of("REQUESTS 14400/14370 of PT24H, full in PT2M59.56S, CONTINUOUS",
								"TOKENS 18000/17997 of PT1M, full in PT7.66S, CONTINUOUS")),
				// mistralai/client-ts #169
				arguments("mistral", """
						x-ratelimit-limit-tokens-minute: 5000000
						x-ratelimit-remaining-tokens-minute: 4999911
						x-ratelimit-tokens-query-cost: 52
						x-ratelimit-limit-req-minute: 720
						x-ratelimit-remaining-req-minute: 717
						""",
						List.of("REQUESTS 720/717 of PT1M, full in ?, FIXED_WINDOW",
								"TOKENS 5000000/4999911 of PT1M, full in ?, FIXED_WINDOW")),
				arguments("mistral", """
						x-ratelimitbysize-limit-minute: 500000
						x-ratelimitbysize-remaining-minute: 467993
						x-ratelimitbysize-limit-month: 1000000000
						x-ratelimitbysize-remaining-month: 999300000
						ratelimitbysize-limit: 500000
						ratelimitbysize-remaining: 467993
						ratelimitbysize-reset: 40
						ratelimitbysize-query-cost: 32007
						""",
						List.of("TOKENS 500000/467993 of PT1M, full in PT40S, FIXED_WINDOW",
								"TOKENS 1000000000/999300000 of PT720H, full in ?, FIXED_WINDOW")),
				arguments("cerebras", """
						x-ratelimit-limit-requests-day: 14400
						x-ratelimit-remaining-requests-day: 9500
						x-ratelimit-reset-requests-day: 33011.382867
						x-ratelimit-limit-tokens-minute: 60000
						x-ratelimit-remaining-tokens-minute: 59000
						x-ratelimit-reset-tokens-minute: 11.382867
						""",
						List.of("REQUESTS 14400/9500 of PT24H, full in PT9H10M11.382867S, FIXED_WINDOW",
								"TOKENS 60000/59000 of PT1M, full in PT11.382867S, FIXED_WINDOW")),
				arguments("together", """
						x-ratelimit-limit: 10
						x-ratelimit-remaining: 9
						x-ratelimit-reset: 1
						x-tokenlimit-limit: 3000
						x-tokenlimit-remaining: 2990
						""",
						List.of("REQUESTS 10/9 of PT1S, full in PT1S, CONTINUOUS",
								"TOKENS 3000/2990 of PT1S, full in ?, CONTINUOUS")),
				arguments("xai", """
						x-ratelimit-limit-requests: 480
						x-ratelimit-remaining-requests: 479
						x-ratelimit-limit-tokens: 2000000
						x-ratelimit-remaining-tokens: 1999000
						""",
						List.of("REQUESTS 480/479 of ?, full in ?, CONTINUOUS",
								"TOKENS 2000000/1999000 of ?, full in ?, CONTINUOUS")),
				arguments("github", """
						x-ratelimit-limit: 5000
						x-ratelimit-remaining: 4998
						x-ratelimit-used: 2
						x-ratelimit-reset: 1767226500
						x-ratelimit-resource: core
						""", List.of("REQUESTS 5000/4998 of PT1H, full in PT15M, FIXED_WINDOW")),
				arguments("github", """
						x-ratelimit-limit: 30
						x-ratelimit-remaining: 29
						x-ratelimit-reset: 1767225660
						x-ratelimit-resource: search
						""", List.of()), arguments("openrouter", """
						X-RateLimit-Limit: 20
						X-RateLimit-Remaining: 3
						X-RateLimit-Reset: 1767225630000
						""", List.of("REQUESTS 20/3 of PT1M, full in PT30S, FIXED_WINDOW")), arguments("none", """
						x-ratelimit-limit: 20
						x-ratelimit-remaining: 3
						""", List.of()), arguments("gemini", "x-ratelimit-limit: 20", List.of()),
				arguments("bedrock", "x-ratelimit-limit: 20", List.of()));
	}

	@ParameterizedTest
	@CsvSource({ "x-ratelimit-limit-requests: soon", "x-ratelimit-limit-requests: 9007199254740993",
			"x-ratelimit-limit-requests: 1e3", "x-ratelimit-limit-requests: 1.2.3", "x-ratelimit-reset-tokens: later",
			"x-ratelimit-reset-tokens: 9000h", "x-ratelimit-reset-tokens: 5x", "x-ratelimit-reset-tokens: 6m0" })
	void aValueThatCannotBeReadIsIgnoredAndCounted(String header) {
		ProviderSnapshot snapshot = Responses.read("openai", 200, header, "");
		assertThat(snapshot.quotas()).isEmpty();
		assertThat(snapshot.ignoredValues()).isEqualTo(1);
	}

	@Test
	void whatElseAResponseReportsIsReadBesideAnUnreadableValue() {
		ProviderSnapshot snapshot = Responses.read("openai", 200, """
				x-ratelimit-limit-requests: 500
				x-ratelimit-remaining-requests: 499
				x-ratelimit-reset-requests: soon
				""", "");
		assertThat(Responses.quotas(snapshot)).containsExactly("REQUESTS 500/499 of ?, full in ?, CONTINUOUS");
		assertThat(snapshot.ignoredValues()).isEqualTo(1);
	}

	@ParameterizedTest
	@CsvSource({ "-1, -1", "0, 0", "-1, -7", "'', ''" })
	void negativeValuesAndALimitOfNothingAreUnknownAndNotCounted(String limit, String remaining) {
		ProviderSnapshot snapshot = Responses.read("openai", 200,
				"x-ratelimit-limit-tokens: " + limit + "\nx-ratelimit-remaining-tokens: " + remaining, "");
		assertThat(snapshot).isEqualTo(ProviderSnapshot.EMPTY);
	}

	@Test
	void aResponseThatReportsNothingIsTheEmptySnapshot() {
		for (ClientDialect dialect : BuiltInDialects.all()) {
			assertThat(dialect.read(Responses.response(200, "", ""))).isSameAs(ProviderSnapshot.EMPTY);
		}
	}

	@ParameterizedTest
	@CsvSource({ "openai, REQUESTS, PT1M", "azure-openai, REQUESTS, PT10S", "azure-openai, TOKENS, PT1M",
			"anthropic, OUTPUT_TOKENS, PT1M", "groq, REQUESTS, PT24H", "groq, TOKENS, PT1M", "mistral, TOKENS, PT1M",
			"cerebras, REQUESTS, PT1M", "together, TOKENS, PT1S", "github, REQUESTS, PT1H", "bedrock, TOKENS, PT1M",
			"none, TOKENS, PT1M" })
	void missingWindowsOfResponsesAreThoseOfTheProvider(String name, Dimension dimension, String window) {
		ClientDialect dialect = new Dialects(List.of()).byName(name);
		assertThat(dialect.window(dimension)).hasToString(window);
	}

}
