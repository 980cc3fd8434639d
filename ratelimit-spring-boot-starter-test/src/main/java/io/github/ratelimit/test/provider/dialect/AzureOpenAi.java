package io.github.ratelimit.test.provider.dialect;

import io.github.ratelimit.test.provider.json.JsonObject;
import io.github.ratelimit.test.provider.limits.LimitState;
import io.github.ratelimit.test.provider.limits.LimitedUnit;
import io.github.ratelimit.test.provider.limits.Violation;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Azure OpenAI: OpenAI's names, often with only the remaining permits, and resets in
 * whole seconds. Its limits of requests have windows of 10 seconds (or 1), so a
 * deployment of 120 requests a minute has
 * {@code ProviderLimit.requests(20, Duration.ofSeconds(10))}.
 */
final class AzureOpenAi implements ProviderDialect {

	/** What Azure was seen to answer at one time or another. */
	enum Variant {

		/** The remaining permits; a refusal has {@code retry-after}. */
		REMAINING("azure-openai"),

		/** The remaining permits and the limits. */
		WITH_LIMITS("azure-openai-with-limits"),

		/**
		 * A refusal has the reset under a name with one hyphen more, and no retry-after.
		 */
		WITHOUT_RETRY_AFTER("azure-openai-without-retry-after"),

		/** -1 for all limits and remaining permits, 0 for resets; no retry-after. */
		UNKNOWN_VALUES("azure-openai-unknown-values");

		private final String dialect;

		Variant(String dialect) {
			this.dialect = dialect;
		}

	}

	private final Variant variant;

	AzureOpenAi(Variant variant) {
		this.variant = variant;
	}

	@Override
	public String name() {
		return this.variant.dialect;
	}

	@Override
	public Map<String, String> headers(ProviderReport report) {
		Map<String, String> headers = new LinkedHashMap<>();
		report.first(LimitedUnit.REQUESTS).ifPresent((state) -> write("requests", state, headers));
		report.first(LimitedUnit.TOKENS).ifPresent((state) -> write("tokens", state, headers));
		return headers;
	}

	private void write(String unit, LimitState state, Map<String, String> headers) {
		if (this.variant == Variant.UNKNOWN_VALUES) {
			headers.put("x-ratelimit-limit-" + unit, "-1");
			headers.put("x-ratelimit-remaining-" + unit, "-1");
			headers.put("x-ratelimit-reset-" + unit, "0");
			return;
		}
		if (this.variant == Variant.WITH_LIMITS) {
			headers.put("x-ratelimit-limit-" + unit, "" + state.limit().permits());
		}
		headers.put("x-ratelimit-remaining-" + unit, "" + state.remaining());
	}

	@Override
	public ProviderAnswer refused(ProviderReport report, Violation violation) {
		LimitState state = violation.state();
		boolean tokens = state != null && state.limit().unit() != LimitedUnit.REQUESTS;
		// A request that is larger than the limit gets a wait of a day
		long seconds = violation.isTooLarge() ? Times.DAY.toSeconds() : Times.retryAfter(violation);
		Map<String, String> headers = headers(report);
		switch (this.variant) {
			case REMAINING, WITH_LIMITS -> {
				headers.put("retry-after", "" + seconds);
				headers.put("x-ratelimit-reset-" + (tokens ? "tokens" : "requests"), "" + seconds);
			}
			case WITHOUT_RETRY_AFTER -> {
				headers.put("x-rate-limit-reset-" + (tokens ? "tokens" : "requests"), "" + seconds);
				headers.put("policy-id", "DeploymentRatelimit-" + (tokens ? "Token" : "Call"));
			}
			case UNKNOWN_VALUES -> {
			}
		}
		return error(429, headers, "429",
				"Requests to the ChatCompletions_Create Operation under Azure OpenAI API version 2024-08-01-preview "
						+ "have exceeded " + (tokens ? "token" : "call") + " rate limit of your current OpenAI S0 "
						+ "pricing tier. Please retry after " + seconds + " seconds. Please go here: "
						+ "https://aka.ms/oai/quotaincrease if you would like to further increase the default rate "
						+ "limit.");
	}

	@Override
	public ProviderAnswer overloaded(ProviderReport report) {
		return error(503, Map.of("retry-after", "10"), "503",
				"The service is temporarily unable to process your request. Please try again later.");
	}

	@Override
	public ProviderAnswer creditSpent(ProviderReport report) {
		return error(429, Map.of(), "insufficient_quota",
				"You exceeded your current quota, please check your plan and billing details.");
	}

	private static ProviderAnswer error(int status, Map<String, String> headers, String code, String message) {
		return ProviderAnswer.json(status, headers,
				JsonObject.of("error", JsonObject.of("code", code, "message", message)));
	}

}
