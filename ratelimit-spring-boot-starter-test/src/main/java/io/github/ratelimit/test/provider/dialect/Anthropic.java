package io.github.ratelimit.test.provider.dialect;

import io.github.ratelimit.test.provider.json.JsonObject;
import io.github.ratelimit.test.provider.limits.LimitState;
import io.github.ratelimit.test.provider.limits.LimitedUnit;
import io.github.ratelimit.test.provider.limits.Violation;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Anthropic: resets are the time of day (RFC 3339, whole seconds) at which all permits
 * are available again; the remaining tokens are rounded to the nearest thousand. If there
 * are limits of input and output tokens, {@code tokens} is the sum of both.
 */
final class Anthropic implements ProviderDialect {

	private static final String PREFIX = "anthropic-ratelimit-";

	@Override
	public String name() {
		return "anthropic";
	}

	@Override
	public Map<String, String> headers(ProviderReport report) {
		Map<String, String> headers = new LinkedHashMap<>();
		Optional<LimitState> input = report.first(LimitedUnit.INPUT_TOKENS);
		Optional<LimitState> output = report.first(LimitedUnit.OUTPUT_TOKENS);
		report.first(LimitedUnit.REQUESTS).ifPresent((state) -> write("requests", state, 1, headers));
		input.ifPresent((state) -> write("input-tokens", state, 1000, headers));
		output.ifPresent((state) -> write("output-tokens", state, 1000, headers));
		report.first(LimitedUnit.TOKENS).ifPresent((state) -> write("tokens", state, 1000, headers));
		if (input.isPresent() && output.isPresent()) {
			writeSum(input.get(), output.get(), headers);
		}
		return headers;
	}

	private static void write(String unit, LimitState state, long step, Map<String, String> headers) {
		write(unit, state.limit().permits(), rounded(state, step), reset(state), headers);
	}

	private static void writeSum(LimitState input, LimitState output, Map<String, String> headers) {
		Instant first = reset(input).isBefore(reset(output)) ? reset(input) : reset(output);
		write("tokens", input.limit().permits() + output.limit().permits(),
				rounded(input, 1000) + rounded(output, 1000), first, headers);
	}

	private static void write(String unit, long limit, long remaining, Instant reset, Map<String, String> headers) {
		headers.put(PREFIX + unit + "-limit", "" + limit);
		headers.put(PREFIX + unit + "-remaining", "" + remaining);
		headers.put(PREFIX + unit + "-reset", reset.toString());
	}

	private static long rounded(LimitState state, long step) {
		return Math.round(state.remaining() / (double) step) * step;
	}

	private static Instant reset(LimitState state) {
		return state.time().plus(state.untilFull()).plusNanos(999_999_999).truncatedTo(ChronoUnit.SECONDS);
	}

	@Override
	public ProviderAnswer refused(ProviderReport report, Violation violation) {
		Map<String, String> headers = headers(report);
		headers.put("retry-after", "" + Times.retryAfter(violation));
		headers.put("x-should-retry", "true");
		LimitState state = violation.state();
		if (state == null) {
			return error(429, headers, "rate_limit_error",
					"Number of concurrent connections has exceeded your rate limit. Please try again later.");
		}
		String unit = state.limit().unit().name().toLowerCase(Locale.ROOT).replace('_', ' ');
		return error(429, headers, "rate_limit_error",
				"This request would exceed the rate limit for your organization (org-test) of "
						+ String.format(Locale.ROOT, "%,d", state.limit().permits()) + " " + unit + " per "
						+ Times.window(state.limit().window())
						+ ". For details, refer to: https://docs.claude.com/en/api/rate-limits. You can see the "
						+ "response headers for current usage. Please reduce the prompt length or the maximum tokens "
						+ "requested, or try again later. You may also contact sales at "
						+ "https://www.anthropic.com/contact-sales to discuss your options for a rate limit increase.");
	}

	@Override
	public ProviderAnswer overloaded(ProviderReport report) {
		return error(529, Map.of("x-should-retry", "true"), "overloaded_error", "Overloaded");
	}

	@Override
	public ProviderAnswer creditSpent(ProviderReport report) {
		return error(400, Map.of("x-should-retry", "false"), "invalid_request_error",
				"Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade "
						+ "or purchase credits.");
	}

	private static ProviderAnswer error(int status, Map<String, String> headers, String type, String message) {
		return ProviderAnswer.json(status, headers, JsonObject.of("type", "error", "error",
				JsonObject.of("type", type, "message", message), "request_id", "req_test"));
	}

}
