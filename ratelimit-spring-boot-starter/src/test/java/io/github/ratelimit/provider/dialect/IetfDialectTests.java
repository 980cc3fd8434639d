package io.github.ratelimit.provider.dialect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class IetfDialectTests {

	@ParameterizedTest
	@MethodSource("samples")
	void everyDraftAndTheUsualHeadersAreRead(String headers, List<String> quotas) {
		ProviderSnapshot snapshot = Responses.read("ietf", 200, headers, "");
		assertThat(Responses.quotas(snapshot)).containsExactlyElementsOf(quotas);
		assertThat(snapshot.ignoredValues()).isZero();
	}

	static List<Arguments> samples() {
		return List.of(
				// draft-11
				arguments("""
						RateLimit-Policy: "burst";q=100;w=60,"daily";q=1000;w=86400
						RateLimit: "burst";r=50;t=30
						""", List.of("REQUESTS 100/50 of PT1M, full in PT30S, FIXED_WINDOW")),
				arguments("""
						RateLimit-Policy: "burst";q=100;w=60,"daily";q=1000;w=86400
						RateLimit: "burst";r=50;t=1, "daily";r=800;t=4000
						""",
						List.of("REQUESTS 100/50 of PT1M, full in ?, CONTINUOUS",
								"REQUESTS 1000/800 of PT24H, full in PT1H6M40S, FIXED_WINDOW")),
				arguments("""
						RateLimit-Policy: "100-in-1min"; q=100; w=60; pk=:MGMzNGM3YmU2MTlj:
						RateLimit: "100-in-1min"; r=95; t=25
						""", List.of("REQUESTS 100/95 of PT1M, full in PT25S, FIXED_WINDOW")), arguments("""
						RateLimit-Policy: "a \\"quoted, name";q=100;w=60;qu="tokens", "bytes";q=9;qu="content-bytes"
						RateLimit: "a \\"quoted, name";r=95;t=1, "bytes";r=3
						""", List.of("TOKENS 100/95 of PT1M, full in ?, CONTINUOUS")),
				arguments("RateLimit: \"default\";r=50;t=30",
						List.of("REQUESTS -1/50 of PT1M, full in PT30S, FIXED_WINDOW")),
				// two policies of one window: the scarcer
				arguments("""
						RateLimit-Policy: "all";q=1000;w=60, "user";q=100;w=60
						RateLimit: "all";r=20;t=1, "user";r=90;t=1
						""", List.of("REQUESTS 1000/20 of PT1M, full in ?, CONTINUOUS")),
				// draft-08, names as tokens
				arguments("RateLimit-Policy: default;q=100;w=10\nRateLimit: default;r=50;t=5",
						List.of("REQUESTS 100/50 of PT10S, full in PT5S, FIXED_WINDOW")),
				// draft-07
				arguments("RateLimit: limit=100, remaining=50, reset=5",
						List.of("REQUESTS 100/50 of PT1M, full in PT5S, FIXED_WINDOW")),
				arguments("RateLimit-Policy: 100;w=3600, 5000;w=86400\nRateLimit: limit=100, remaining=50, reset=5",
						List.of("REQUESTS 100/50 of PT1H, full in PT5S, FIXED_WINDOW")),
				// draft-03 to 06
				arguments("RateLimit-Limit: 100\nRateLimit-Remaining: 50\nRateLimit-Reset: 50",
						List.of("REQUESTS 100/50 of PT1M, full in PT50S, FIXED_WINDOW")),
				arguments("""
						RateLimit-Limit: 10
						RateLimit-Policy: 10;w=1, 50;w=60, 1000;w=3600, 5000;w=86400
						RateLimit-Remaining: 9
						RateLimit-Reset: 1
						""", List.of("REQUESTS 10/9 of PT1S, full in PT1S, FIXED_WINDOW")),
				// draft-00 to 02, and Envoy's
				arguments("""
						RateLimit-Limit: 100, 100;w=60;burst=1000;comment="sliding window", 5000;w=3600
						RateLimit-Remaining: 50
						RateLimit-Reset: 50
						""", List.of("REQUESTS 100/50 of PT1M, full in PT50S, FIXED_WINDOW")), arguments("""
						x-ratelimit-limit: 1000, 1000;w=1
						x-ratelimit-remaining: 999
						x-ratelimit-reset: 1
						""", List.of("REQUESTS 1000/999 of PT1S, full in PT1S, FIXED_WINDOW")),
				arguments("X-RateLimit-Limit: 60\nX-RateLimit-Remaining: 59\nX-RateLimit-Reset: 1767226500",
						List.of("REQUESTS 60/59 of PT1H, full in PT15M, FIXED_WINDOW")),
				arguments(
						"X-Rate-Limit-Limit: 900\nX-Rate-Limit-Remaining: 10\nX-Rate-Limit-Reset: 2026-01-01T00:00:20Z",
						List.of("REQUESTS 900/10 of PT1M, full in PT20S, FIXED_WINDOW")),
				arguments("x-ratelimit-limit-tokens: 30000\nx-ratelimit-remaining-tokens: 29996",
						List.of("TOKENS 30000/29996 of ?, full in ?, CONTINUOUS")),
				// the standard wins
				arguments("""
						RateLimit: "default";r=50;t=30
						X-RateLimit-Limit: 60
						X-RateLimit-Remaining: 59
						""", List.of("REQUESTS -1/50 of PT1M, full in PT30S, FIXED_WINDOW")));
	}

	@ParameterizedTest
	@ValueSource(strings = { "RateLimit: \"default", "RateLimit: \"default\"", "RateLimit: \"default\";r=x",
			"RateLimit: \"default\";r=;t=1", "RateLimit: ;r=1", "RateLimit: a b", "RateLimit-Policy: \"default\";;q=1",
			"RateLimit: :abc;r=1", "RateLimit-Limit: many" })
	void whatIsMalformedIsIgnoredAndCounted(String header) {
		ProviderSnapshot snapshot = Responses.read("ietf", 200, header, "");
		assertThat(snapshot.quotas()).isEmpty();
		assertThat(snapshot.ignoredValues()).isEqualTo(1);
	}

	@Test
	void aFieldOfEndlessLengthIsIgnored() {
		ProviderSnapshot snapshot = Responses.read("ietf", 200, "RateLimit: " + "a,".repeat(3000) + "b", "");
		assertThat(snapshot.ignoredValues()).isEqualTo(1);
	}

}
