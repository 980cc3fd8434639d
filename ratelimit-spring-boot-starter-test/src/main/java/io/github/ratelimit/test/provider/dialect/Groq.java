package io.github.ratelimit.test.provider.dialect;

import io.github.ratelimit.test.provider.json.JsonObject;
import io.github.ratelimit.test.provider.limits.LimitState;
import io.github.ratelimit.test.provider.limits.LimitedUnit;
import io.github.ratelimit.test.provider.limits.Violation;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Groq: OpenAI's names, but the requests are always those of a day and the tokens those
 * of a minute; other limits apply but are not reported. Resets have nanoseconds, and the
 * errors of binary fractions. A request that is larger than a limit is answered 413.
 */
final class Groq implements ProviderDialect {

	@Override
	public String name() {
		return "groq";
	}

	@Override
	public Map<String, String> headers(ProviderReport report) {
		Map<String, String> headers = new LinkedHashMap<>();
		Optional<LimitState> requests = report.with(LimitedUnit.REQUESTS, Times.DAY);
		Optional<LimitState> tokens = report.with(LimitedUnit.TOKENS, Times.MINUTE);
		requests.ifPresent((state) -> headers.put("x-ratelimit-limit-requests", "" + state.limit().permits()));
		tokens.ifPresent((state) -> headers.put("x-ratelimit-limit-tokens", "" + state.limit().permits()));
		requests.ifPresent((state) -> headers.put("x-ratelimit-remaining-requests", "" + state.remaining()));
		tokens.ifPresent((state) -> headers.put("x-ratelimit-remaining-tokens", "" + state.remaining()));
		requests.ifPresent((state) -> headers.put("x-ratelimit-reset-requests", reset(state)));
		tokens.ifPresent((state) -> headers.put("x-ratelimit-reset-tokens", reset(state)));
		return headers;
	}

	private static String reset(LimitState state) {
		return Times.go(Times.until(state, state.limit().permits()));
	}

	@Override
	public ProviderAnswer refused(ProviderReport report, Violation violation) {
		Map<String, String> headers = headers(report);
		LimitState state = violation.state();
		if (state == null) {
			return error(429, headers, "Too many concurrent requests", "requests");
		}
		String type = (state.limit().unit() == LimitedUnit.REQUESTS) ? "requests" : "tokens";
		String limit = " for model `" + report.model() + "` in organization `org_test` service tier `on_demand` on "
				+ OpenAi.name(state, "minute") + ": Limit " + state.limit().permits();
		String upgrade = " Need more tokens? Upgrade to Dev Tier today at https://console.groq.com/settings/billing";
		if (violation.isTooLarge()) {
			return error(413, headers,
					"Request too large" + limit + ", Requested " + violation.requested()
							+ ", please reduce your message size and try again. "
							+ "Visit https://console.groq.com/docs/rate-limits for more information.",
					type);
		}
		headers.put("retry-after", "" + Times.retryAfter(violation));
		return error(429, headers,
				"Rate limit reached" + limit + ", Used " + state.used() + ", Requested " + violation.requested()
						+ ". Please try again in " + Times.go(Times.until(state, violation.requested())) + "."
						+ upgrade,
				type);
	}

	@Override
	public ProviderAnswer overloaded(ProviderReport report) {
		return ProviderAnswer.json(503, Map.of(), JsonObject.of("error", JsonObject.of("message",
				"Service unavailable. Please try again later.", "type", "internal_server_error")));
	}

	@Override
	public ProviderAnswer creditSpent(ProviderReport report) {
		return ProviderAnswer.json(400, Map.of(),
				JsonObject.of("error", JsonObject.of("message", "Organization has reached its spend limit.", "type",
						"invalid_request_error", "code", "blocked_api_access")));
	}

	private static ProviderAnswer error(int status, Map<String, String> headers, String message, String type) {
		return ProviderAnswer.json(status, headers,
				JsonObject.of("error", JsonObject.of("message", message, "type", type, "code", "rate_limit_exceeded")));
	}

}
