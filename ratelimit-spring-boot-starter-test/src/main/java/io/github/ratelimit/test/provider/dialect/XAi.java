package io.github.ratelimit.test.provider.dialect;

import io.github.ratelimit.test.provider.json.JsonObject;
import io.github.ratelimit.test.provider.limits.LimitState;
import io.github.ratelimit.test.provider.limits.LimitedUnit;
import io.github.ratelimit.test.provider.limits.Violation;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * xAI: OpenAI's names without resets. Spent credit is answered 429 too, with the same
 * code as a refusal.
 */
final class XAi implements ProviderDialect {

	private static final String CODE = "Some resource has been exhausted";

	@Override
	public String name() {
		return "xai";
	}

	@Override
	public Map<String, String> headers(ProviderReport report) {
		Map<String, String> headers = new LinkedHashMap<>();
		report.first(LimitedUnit.REQUESTS).ifPresent((state) -> write("requests", state, headers));
		report.first(LimitedUnit.TOKENS).ifPresent((state) -> write("tokens", state, headers));
		return headers;
	}

	private static void write(String unit, LimitState state, Map<String, String> headers) {
		headers.put("x-ratelimit-limit-" + unit, "" + state.limit().permits());
		headers.put("x-ratelimit-remaining-" + unit, "" + state.remaining());
	}

	@Override
	public ProviderAnswer refused(ProviderReport report, Violation violation) {
		LimitState state = violation.state();
		boolean tokens = state != null && state.limit().unit() != LimitedUnit.REQUESTS;
		long limit = (state != null) ? state.limit().permits() : 0;
		long actual = (state != null) ? state.used() + violation.requested() : 0;
		String window = (state != null) ? Times.window(state.limit().window()) : "minute";
		return error(429, headers(report),
				"Too many " + (tokens ? "tokens" : "requests") + " for team test and model " + report.model()
						+ ". Your team's rate limit is \u2014 " + (tokens ? "Tokens" : "Requests") + " per "
						+ Character.toUpperCase(window.charAt(0)) + window.substring(1) + " (actual/limit): " + actual
						+ "/" + limit + ". You can view your team rate limits at https://console.x.ai.");
	}

	@Override
	public ProviderAnswer overloaded(ProviderReport report) {
		return ProviderAnswer.json(503, Map.of(), JsonObject.of("code", "The service is currently unavailable", "error",
				"Service temporarily unavailable. The model is at capacity and currently cannot serve this request."));
	}

	@Override
	public ProviderAnswer creditSpent(ProviderReport report) {
		return error(429, Map.of(),
				"Your team test has either used all available credits or reached its monthly spending limit. To continue "
						+ "making API requests, please purchase more credits or raise your spending limit.");
	}

	private static ProviderAnswer error(int status, Map<String, String> headers, String message) {
		return ProviderAnswer.json(status, headers, JsonObject.of("code", CODE, "error", message));
	}

}
