package io.github.ratelimit.test.provider.dialect;

import io.github.ratelimit.test.provider.limits.LimitState;
import io.github.ratelimit.test.provider.limits.LimitedUnit;
import io.github.ratelimit.test.provider.limits.Violation;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Together: only a refusal has headers, and they count per second, whatever the window of
 * the limit is.
 */
final class Together implements ProviderDialect {

	@Override
	public String name() {
		return "together";
	}

	@Override
	public Map<String, String> headers(ProviderReport report) {
		return Map.of();
	}

	@Override
	public ProviderAnswer refused(ProviderReport report, Violation violation) {
		Map<String, String> headers = new LinkedHashMap<>();
		report.first(LimitedUnit.REQUESTS).ifPresent((state) -> write("x-ratelimit-", state, headers));
		report.first(LimitedUnit.TOKENS).ifPresent((state) -> write("x-tokenlimit-", state, headers));
		headers.put("x-ratelimit-reset", "" + Times.retryAfter(violation));
		LimitState state = violation.state();
		boolean tokens = state != null && state.limit().unit() != LimitedUnit.REQUESTS;
		String perMinute = (state != null) ? "" + Math.round(perSecond(state) * 60) : "0";
		return OpenAi.error(429, headers,
				"You have been rate limited. Your rate limit is " + perMinute
						+ (tokens ? " tokens per minute." : " queries per minute.")
						+ " Please navigate to https://api.together.xyz/settings/billing to upgrade to a paid plan.",
				"credit_limit", null);
	}

	private static void write(String prefix, LimitState state, Map<String, String> headers) {
		headers.put(prefix + "limit", "" + Math.max(1, Math.round(perSecond(state))));
		headers.put(prefix + "remaining", "" + Math.min(Math.round(perSecond(state)), state.remaining()));
	}

	private static double perSecond(LimitState state) {
		return state.limit().permits() / (state.limit().window().toMillis() / 1000.0);
	}

	@Override
	public ProviderAnswer overloaded(ProviderReport report) {
		return OpenAi.error(503, Map.of(), "The server is currently overloaded. Please try again later.",
				"service_unavailable", "service_unavailable");
	}

	@Override
	public ProviderAnswer creditSpent(ProviderReport report) {
		return OpenAi.error(402, Map.of(), "Credit limit exceeded. Please add credits to your account.", "credit_limit",
				"credit_limit");
	}

}
