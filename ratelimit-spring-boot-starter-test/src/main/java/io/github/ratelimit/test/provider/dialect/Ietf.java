package io.github.ratelimit.test.provider.dialect;

import io.github.ratelimit.test.provider.json.JsonObject;
import io.github.ratelimit.test.provider.limits.LimitState;
import io.github.ratelimit.test.provider.limits.Violation;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The draft of the IETF, RateLimit header fields for HTTP, version 10. */
final class Ietf implements ProviderDialect {

	@Override
	public String name() {
		return "ietf";
	}

	@Override
	public Map<String, String> headers(ProviderReport report) {
		Map<String, String> headers = new LinkedHashMap<>();
		if (!report.limits().isEmpty()) {
			headers.put("ratelimit-policy", join(report, (state) -> name(state) + ";q=" + state.limit().permits()
					+ ";w=" + Times.seconds(state.limit().window())));
			headers.put("ratelimit", join(report, (state) -> name(state) + ";r=" + state.remaining() + ";t="
					+ Times.seconds(state.limit().fixedWindow() ? state.untilWindowEnd() : state.untilFull())));
		}
		return headers;
	}

	private static String join(ProviderReport report, Function<LimitState, String> item) {
		return report.limits().stream().map(item).collect(Collectors.joining(", "));
	}

	private static String name(LimitState state) {
		return '"' + policy(state) + '"';
	}

	private static String policy(LimitState state) {
		return state.limit().unit().name().toLowerCase(Locale.ROOT) + "-per-" + Times.window(state.limit().window());
	}

	@Override
	public ProviderAnswer refused(ProviderReport report, Violation violation) {
		Map<String, String> headers = headers(report);
		headers.put("retry-after", "" + Times.retryAfter(violation));
		LimitState state = violation.state();
		return problem(429, headers, "https://iana.org/assignments/http-problem-types#quota-exceeded",
				"Request cannot be satisfied as assigned quota has been exceeded",
				(state != null) ? List.of(policy(state)) : List.of());
	}

	@Override
	public ProviderAnswer overloaded(ProviderReport report) {
		return problem(503, Map.of("retry-after", "1"),
				"https://iana.org/assignments/http-problem-types#temporary-reduced-capacity",
				"Request cannot be satisfied due to temporary server capacity constraints", List.of());
	}

	@Override
	public ProviderAnswer creditSpent(ProviderReport report) {
		return problem(402, Map.of(), "about:blank", "Payment Required", List.of());
	}

	private static ProviderAnswer problem(int status, Map<String, String> headers, String type, String title,
			List<String> violated) {
		headers = new LinkedHashMap<>(headers);
		headers.put("content-type", "application/problem+json");
		JsonObject problem = JsonObject.of("type", type, "title", title, "status", status);
		if (!violated.isEmpty()) {
			problem.with("violated-policies", violated);
		}
		return ProviderAnswer.json(status, headers, problem);
	}

}
