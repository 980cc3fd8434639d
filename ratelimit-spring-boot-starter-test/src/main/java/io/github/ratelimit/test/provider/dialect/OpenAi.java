package io.github.ratelimit.test.provider.dialect;

import io.github.ratelimit.test.provider.json.JsonObject;
import io.github.ratelimit.test.provider.limits.LimitState;
import io.github.ratelimit.test.provider.limits.LimitedUnit;
import io.github.ratelimit.test.provider.limits.Violation;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * OpenAI: resets are the time until all permits are available again, in Go's format, in
 * milliseconds. Of several limits of a unit the first is reported.
 */
final class OpenAi implements ProviderDialect {

	private final String name;

	private final List<String> tokenNames;

	OpenAi(String name, String... tokenNames) {
		this.name = name;
		this.tokenNames = List.of(tokenNames);
	}

	@Override
	public String name() {
		return this.name;
	}

	@Override
	public Map<String, String> headers(ProviderReport report) {
		Map<String, LimitState> limits = new LinkedHashMap<>();
		report.first(LimitedUnit.REQUESTS).ifPresent((state) -> limits.put("requests", state));
		report.first(LimitedUnit.TOKENS)
			.ifPresent((state) -> this.tokenNames.forEach((tokens) -> limits.put(tokens, state)));
		Map<String, String> headers = new LinkedHashMap<>();
		limits.forEach((unit, state) -> headers.put("x-ratelimit-limit-" + unit, "" + state.limit().permits()));
		limits.forEach((unit, state) -> headers.put("x-ratelimit-remaining-" + unit, "" + state.remaining()));
		limits.forEach((unit, state) -> headers.put("x-ratelimit-reset-" + unit,
				Times.go(Times.millis(Times.until(state, state.limit().permits())))));
		return headers;
	}

	@Override
	public ProviderAnswer refused(ProviderReport report, Violation violation) {
		Map<String, String> headers = headers(report);
		LimitState state = violation.state();
		if (state == null) {
			return error(429, headers, "Too many concurrent requests. Please try again later.", "requests",
					"rate_limit_exceeded");
		}
		boolean tokens = state.limit().unit() != LimitedUnit.REQUESTS;
		String limit = (violation.isTooLarge() ? "Request too large for " : "Rate limit reached for ") + report.model()
				+ " in organization org-test on " + name(state, "min") + ": Limit " + state.limit().permits();
		if (violation.isTooLarge()) {
			return error(429, headers,
					limit + ", Requested " + violation.requested()
							+ ". The input or output tokens must be reduced in order to run successfully. "
							+ "Visit https://platform.openai.com/account/rate-limits to learn more.",
					"tokens", "rate_limit_exceeded");
		}
		Duration wait = Times.millis(Times.until(state, violation.requested()));
		headers.put("retry-after-ms", "" + wait.toMillis());
		headers.put("retry-after", "" + Times.retryAfter(violation));
		return error(429, headers,
				limit + ", Used " + state.used() + ", Requested " + violation.requested() + ". Please try again in "
						+ Times.go(wait) + ". Visit https://platform.openai.com/account/rate-limits to learn more.",
				tokens ? "tokens" : "requests", "rate_limit_exceeded");
	}

	@Override
	public ProviderAnswer overloaded(ProviderReport report) {
		return error(503, Map.of(), "The engine is currently overloaded, please try again later", "server_error", null);
	}

	@Override
	public ProviderAnswer creditSpent(ProviderReport report) {
		return error(429, Map.of(),
				"You exceeded your current quota, please check your plan and billing details. For more information on "
						+ "this error, read the docs: https://platform.openai.com/docs/guides/error-codes/api-errors.",
				"insufficient_quota", "insufficient_quota");
	}

	static ProviderAnswer error(int status, Map<String, String> headers, String message, String type,
			@Nullable String code) {
		return ProviderAnswer.json(status, headers,
				JsonObject.of("error", JsonObject.of("message", message, "type", type, "param", null, "code", code)));
	}

	/** Returns for example {@code tokens per min (TPM)}. */
	static String name(LimitState state, String minute) {
		String unit = (state.limit().unit() == LimitedUnit.REQUESTS) ? "requests" : "tokens";
		String window = Times.window(state.limit().window());
		String initials = (unit.charAt(0) + "p" + window.charAt(0)).toUpperCase(Locale.ROOT);
		return unit + " per " + (window.equals("minute") ? minute : window) + " (" + initials + ")";
	}

}
