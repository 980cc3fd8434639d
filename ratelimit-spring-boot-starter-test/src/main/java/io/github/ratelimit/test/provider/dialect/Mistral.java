package io.github.ratelimit.test.provider.dialect;

import io.github.ratelimit.test.provider.json.JsonObject;
import io.github.ratelimit.test.provider.limits.LimitState;
import io.github.ratelimit.test.provider.limits.LimitedUnit;
import io.github.ratelimit.test.provider.limits.Violation;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Mistral: the name of a header has the window, and there is the cost of the request. The
 * older names, by size, had a reset; the newer ones have none.
 */
final class Mistral implements ProviderDialect {

	private final boolean bySize;

	Mistral(boolean bySize) {
		this.bySize = bySize;
	}

	@Override
	public String name() {
		return this.bySize ? "mistral-by-size" : "mistral";
	}

	@Override
	public Map<String, String> headers(ProviderReport report) {
		Map<String, String> headers = new LinkedHashMap<>();
		if (this.bySize) {
			writeBySize(report, headers);
			return headers;
		}
		report.limits(LimitedUnit.TOKENS).forEach((state) -> write("tokens-", state, headers));
		if (report.first(LimitedUnit.TOKENS).isPresent()) {
			headers.put("x-ratelimit-tokens-query-cost", "" + report.chargedTokens());
		}
		report.limits(LimitedUnit.REQUESTS).forEach((state) -> write("req-", state, headers));
		return headers;
	}

	private static void write(String unit, LimitState state, Map<String, String> headers) {
		String name = unit + Times.window(state.limit().window());
		headers.put("x-ratelimit-limit-" + name, "" + state.limit().permits());
		headers.put("x-ratelimit-remaining-" + name, "" + state.remaining());
	}

	private static void writeBySize(ProviderReport report, Map<String, String> headers) {
		report.limits(LimitedUnit.TOKENS).forEach((state) -> {
			String window = Times.window(state.limit().window());
			headers.put("x-ratelimitbysize-limit-" + window, "" + state.limit().permits());
			headers.put("x-ratelimitbysize-remaining-" + window, "" + state.remaining());
		});
		report.shortest(LimitedUnit.TOKENS).ifPresent((state) -> {
			Duration reset = state.limit().fixedWindow() ? state.untilWindowEnd() : state.untilFull();
			headers.put("ratelimitbysize-limit", "" + state.limit().permits());
			headers.put("ratelimitbysize-remaining", "" + state.remaining());
			headers.put("ratelimitbysize-reset", "" + Times.seconds(reset));
			headers.put("ratelimitbysize-query-cost", "" + report.chargedTokens());
		});
	}

	@Override
	public ProviderAnswer refused(ProviderReport report, Violation violation) {
		return error(429, headers(report), "Rate limit exceeded", "rate_limited", "1300");
	}

	@Override
	public ProviderAnswer overloaded(ProviderReport report) {
		return error(503, Map.of(), "Service tier capacity exceeded for this model.", "service_tier_capacity_exceeded",
				"3505");
	}

	@Override
	public ProviderAnswer creditSpent(ProviderReport report) {
		return error(402, Map.of(), "Payment required", "payment_required", "3000");
	}

	private static ProviderAnswer error(int status, Map<String, String> headers, String message, String type,
			String code) {
		return ProviderAnswer.json(status, headers, JsonObject.of("object", "error", "message", message, "type", type,
				"param", null, "code", code, "raw_status_code", status));
	}

}
