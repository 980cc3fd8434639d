package io.github.ratelimit.test.provider.dialect;

import io.github.ratelimit.test.provider.json.JsonObject;
import io.github.ratelimit.test.provider.limits.LimitState;
import io.github.ratelimit.test.provider.limits.LimitedUnit;
import io.github.ratelimit.test.provider.limits.Violation;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * GitHub: the reset is in seconds since 1970, and a refusal is 403. Too many requests at
 * once exceed its secondary limit, which alone has {@code retry-after}.
 */
final class GitHub implements ProviderDialect {

	@Override
	public String name() {
		return "github";
	}

	@Override
	public Map<String, String> headers(ProviderReport report) {
		Map<String, String> headers = new LinkedHashMap<>();
		report.first(LimitedUnit.REQUESTS).ifPresent((state) -> write(state, headers));
		return headers;
	}

	private static void write(LimitState state, Map<String, String> headers) {
		long reset = state.time()
			.plus(state.limit().fixedWindow() ? state.untilWindowEnd() : state.untilFull())
			.plusNanos(999_999_999)
			.getEpochSecond();
		headers.put("x-ratelimit-limit", "" + state.limit().permits());
		headers.put("x-ratelimit-remaining", "" + state.remaining());
		headers.put("x-ratelimit-used", "" + state.used());
		headers.put("x-ratelimit-reset", "" + reset);
		headers.put("x-ratelimit-resource", "core");
	}

	@Override
	public ProviderAnswer refused(ProviderReport report, Violation violation) {
		Map<String, String> headers = headers(report);
		if (violation.state() != null) {
			return error(403, headers, "API rate limit exceeded for user ID 1.");
		}
		headers.put("retry-after", "60");
		return error(403, headers,
				"You have exceeded a secondary rate limit. Please wait a few minutes before you try again.");
	}

	@Override
	public ProviderAnswer overloaded(ProviderReport report) {
		return error(503, Map.of(), "No server is currently available to service your request.");
	}

	@Override
	public ProviderAnswer creditSpent(ProviderReport report) {
		return error(402, Map.of(), "Payment required");
	}

	private static ProviderAnswer error(int status, Map<String, String> headers, String message) {
		headers = new LinkedHashMap<>(headers);
		headers.put("content-type", "application/json; charset=utf-8");
		return ProviderAnswer.json(status, headers, JsonObject.of("message", message, "documentation_url",
				"https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api"));
	}

}
