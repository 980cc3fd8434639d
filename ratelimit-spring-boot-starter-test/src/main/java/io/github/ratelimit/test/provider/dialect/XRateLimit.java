package io.github.ratelimit.test.provider.dialect;

import io.github.ratelimit.test.provider.json.JsonObject;
import io.github.ratelimit.test.provider.limits.LimitState;
import io.github.ratelimit.test.provider.limits.Violation;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * {@code X-RateLimit} headers of the limit nearest to a refusal, the reset in seconds.
 * Envoy has after the limit the quotas of all limits, no {@code retry-after} and no body.
 */
final class XRateLimit implements ProviderDialect {

	private final boolean envoy;

	XRateLimit(boolean envoy) {
		this.envoy = envoy;
	}

	@Override
	public String name() {
		return this.envoy ? "envoy" : "x-ratelimit";
	}

	@Override
	public Map<String, String> headers(ProviderReport report) {
		Map<String, String> headers = new LinkedHashMap<>();
		report.nearest().ifPresent((state) -> {
			Duration reset = state.limit().fixedWindow() ? state.untilWindowEnd() : state.untilFull();
			headers.put("x-ratelimit-limit", state.limit().permits() + (this.envoy ? quotas(report) : ""));
			headers.put("x-ratelimit-remaining", "" + state.remaining());
			headers.put("x-ratelimit-reset", "" + Times.seconds(reset));
		});
		return headers;
	}

	private static String quotas(ProviderReport report) {
		return report.limits().stream().map(XRateLimit::quota).collect(Collectors.joining());
	}

	private static String quota(LimitState state) {
		return ", " + state.limit().permits() + ";w=" + Times.seconds(state.limit().window());
	}

	@Override
	public ProviderAnswer refused(ProviderReport report, Violation violation) {
		Map<String, String> headers = headers(report);
		if (this.envoy) {
			headers.put("x-envoy-ratelimited", "true");
			return new ProviderAnswer(429, headers, "");
		}
		headers.put("retry-after", "" + Times.retryAfter(violation));
		return message(429, headers, "Too Many Requests");
	}

	@Override
	public ProviderAnswer overloaded(ProviderReport report) {
		return this.envoy ? new ProviderAnswer(503, Map.of("x-envoy-overloaded", "true"), "")
				: message(503, Map.of(), "Service Unavailable");
	}

	@Override
	public ProviderAnswer creditSpent(ProviderReport report) {
		return message(402, Map.of(), "Payment Required");
	}

	static ProviderAnswer message(int status, Map<String, String> headers, String message) {
		return ProviderAnswer.json(status, headers, JsonObject.of("message", message));
	}

}
