package io.github.ratelimit.test.provider.dialect;

import io.github.ratelimit.test.provider.json.JsonObject;
import io.github.ratelimit.test.provider.limits.LimitState;
import io.github.ratelimit.test.provider.limits.LimitedUnit;
import io.github.ratelimit.test.provider.limits.Violation;
import java.util.Map;

/**
 * Amazon Bedrock: no headers of limits and no {@code retry-after}. Only the text of a
 * refusal distinguishes a quota of a day from one of a minute.
 */
final class Bedrock implements ProviderDialect {

	@Override
	public String name() {
		return "bedrock";
	}

	@Override
	public Map<String, String> headers(ProviderReport report) {
		return Map.of();
	}

	@Override
	public ProviderAnswer refused(ProviderReport report, Violation violation) {
		LimitState state = violation.state();
		boolean tokens = state != null && state.limit().unit() != LimitedUnit.REQUESTS;
		boolean daily = state != null && Times.window(state.limit().window()).equals("day");
		return error(429, "ThrottlingException", "Too many " + (tokens ? "tokens" : "requests")
				+ (daily ? " per day" : "") + ", please wait before trying again.");
	}

	@Override
	public ProviderAnswer overloaded(ProviderReport report) {
		return error(503, "ServiceUnavailableException",
				"Bedrock is unable to process your request at this time. Please try again.");
	}

	@Override
	public ProviderAnswer creditSpent(ProviderReport report) {
		return error(403, "AccessDeniedException",
				"Model access is denied due to INVALID_PAYMENT_INSTRUMENT:A valid payment instrument must be provided.");
	}

	private static ProviderAnswer error(int status, String type, String message) {
		return ProviderAnswer.json(status,
				Map.of("x-amzn-errortype", type + ":http://internal.amazon.com/coral/com.amazon.bedrock/"),
				JsonObject.of("message", message));
	}

}
