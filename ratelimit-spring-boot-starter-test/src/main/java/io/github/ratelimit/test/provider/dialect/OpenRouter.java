package io.github.ratelimit.test.provider.dialect;

import io.github.ratelimit.test.provider.json.JsonObject;
import io.github.ratelimit.test.provider.limits.LimitState;
import io.github.ratelimit.test.provider.limits.LimitedUnit;
import io.github.ratelimit.test.provider.limits.Violation;
import java.util.Map;

/**
 * OpenRouter: nothing in headers. A refusal has them in its body, the reset in
 * milliseconds since 1970, and no {@code retry-after}.
 */
final class OpenRouter implements ProviderDialect {

	@Override
	public String name() {
		return "openrouter";
	}

	@Override
	public Map<String, String> headers(ProviderReport report) {
		return Map.of();
	}

	@Override
	public ProviderAnswer refused(ProviderReport report, Violation violation) {
		LimitState state = violation.state();
		if (state == null || state.limit().unit() != LimitedUnit.REQUESTS) {
			return error(429, "Provider returned error",
					JsonObject.of("raw",
							report.model() + " is temporarily rate-limited upstream. Please retry shortly.",
							"provider_name", "Test"));
		}
		boolean daily = Times.window(state.limit().window()).equals("day");
		long reset = state.time().plus(daily ? state.untilWindowEnd() : state.untilFull()).toEpochMilli();
		return error(429,
				"Rate limit exceeded: free-models-per-"
						+ (daily ? "day. Add 10 credits to unlock 1000 free model requests per day" : "min. "),
				JsonObject.of("headers", JsonObject.of("X-RateLimit-Limit", "" + state.limit().permits(),
						"X-RateLimit-Remaining", "" + state.remaining(), "X-RateLimit-Reset", "" + reset)));
	}

	@Override
	public ProviderAnswer overloaded(ProviderReport report) {
		return error(503, "No instances available", JsonObject.of("provider_name", null));
	}

	@Override
	public ProviderAnswer creditSpent(ProviderReport report) {
		return error(402,
				"This request requires more credits, or fewer max_tokens. You requested up to 64000 tokens, but can only "
						+ "afford 2666. To increase, visit https://openrouter.ai/settings/credits and upgrade to a paid "
						+ "account",
				JsonObject.of("provider_name", null));
	}

	private static ProviderAnswer error(int status, String message, JsonObject metadata) {
		return ProviderAnswer.json(status, Map.of(), JsonObject.of("error",
				JsonObject.of("message", message, "code", status, "metadata", metadata), "user_id", "user_test"));
	}

}
