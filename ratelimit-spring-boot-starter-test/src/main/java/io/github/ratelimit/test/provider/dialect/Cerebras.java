package io.github.ratelimit.test.provider.dialect;

import io.github.ratelimit.test.provider.json.JsonObject;
import io.github.ratelimit.test.provider.limits.LimitState;
import io.github.ratelimit.test.provider.limits.LimitedUnit;
import io.github.ratelimit.test.provider.limits.Violation;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Cerebras: the name of a header ends with the window. The reset is the time to the end
 * of the minute, hour or day in seconds with many decimals, although the provider's
 * documentation states that permits refill continuously.
 */
final class Cerebras implements ProviderDialect {

	@Override
	public String name() {
		return "cerebras";
	}

	@Override
	public Map<String, String> headers(ProviderReport report) {
		Map<String, String> headers = new LinkedHashMap<>();
		for (String part : new String[] { "limit", "remaining", "reset" }) {
			report.limits(LimitedUnit.REQUESTS).forEach((state) -> write(part, "requests", state, headers));
			report.limits(LimitedUnit.TOKENS).forEach((state) -> write(part, "tokens", state, headers));
		}
		return headers;
	}

	private static void write(String part, String unit, LimitState state, Map<String, String> headers) {
		headers.put("x-ratelimit-" + part + "-" + unit + "-" + Times.window(state.limit().window()), switch (part) {
			case "limit" -> "" + state.limit().permits();
			case "remaining" -> "" + state.remaining();
			default -> "" + state.untilWindowEnd().toNanos() / 1e9;
		});
	}

	@Override
	public ProviderAnswer refused(ProviderReport report, Violation violation) {
		LimitState state = violation.state();
		boolean tokens = state != null && state.limit().unit() != LimitedUnit.REQUESTS;
		String window = (state != null) ? Times.window(state.limit().window()) : "minute";
		return error(429, headers(report),
				(tokens ? "Tokens" : "Requests") + " per " + window.toLowerCase(Locale.ROOT)
						+ " limit exceeded - too many " + (tokens ? "tokens processed." : "requests sent."),
				"too_many_requests_error", "quota", tokens ? "token_quota_exceeded" : "request_quota_exceeded");
	}

	@Override
	public ProviderAnswer overloaded(ProviderReport report) {
		return error(429, Map.of(), "We're experiencing high traffic right now! Please try again soon.",
				"too_many_requests_error", "queue", "queue_exceeded");
	}

	@Override
	public ProviderAnswer creditSpent(ProviderReport report) {
		return error(402, Map.of(), "Payment required to access this resource.", "payment_required_error", "quota",
				"payment_required");
	}

	private static ProviderAnswer error(int status, Map<String, String> headers, String message, String type,
			String param, String code) {
		return ProviderAnswer.json(status, headers,
				JsonObject.of("message", message, "type", type, "param", param, "code", code));
	}

}
