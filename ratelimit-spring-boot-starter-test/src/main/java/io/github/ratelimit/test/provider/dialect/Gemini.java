package io.github.ratelimit.test.provider.dialect;

import io.github.ratelimit.test.provider.json.JsonObject;
import io.github.ratelimit.test.provider.limits.LimitState;
import io.github.ratelimit.test.provider.limits.LimitedUnit;
import io.github.ratelimit.test.provider.limits.Violation;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Gemini: no headers at all, neither of limits nor {@code retry-after}. A refusal has in
 * its body which quota is exceeded, whether of a minute or a day, and after what time to
 * try again: also for a quota of a day a short one.
 */
final class Gemini implements ProviderDialect {

	private static final String TYPE = "type.googleapis.com/google.rpc.";

	private static final String PAGES = "https://ai.google.dev/gemini-api/docs/rate-limits";

	private static final JsonObject HELP = JsonObject.of("@type", TYPE + "Help", "links",
			List.of(JsonObject.of("description", "Learn more about Gemini API quotas", "url", PAGES)));

	@Override
	public String name() {
		return "gemini";
	}

	@Override
	public Map<String, String> headers(ProviderReport report) {
		return Map.of();
	}

	@Override
	public ProviderAnswer refused(ProviderReport report, Violation violation) {
		LimitState state = violation.state();
		if (state == null) {
			return error(429, "RESOURCE_EXHAUSTED", "Resource has been exhausted (e.g. check quota).", null);
		}
		boolean requests = state.limit().unit() == LimitedUnit.REQUESTS;
		String metric = "generativelanguage.googleapis.com/generate_content_free_tier_"
				+ (requests ? "requests" : "input_token_count");
		String window = Times.window(state.limit().window()).equals("day") ? "Day" : "Minute";
		String quota = requests ? "GenerateRequestsPer" + window + "PerProjectPerModel-FreeTier"
				: "GenerateContentInputTokensPerModelPer" + window + "-FreeTier";
		String wait = Times.decimalSeconds(wait(report, violation, state));
		JsonObject failure = JsonObject.of("@type", TYPE + "QuotaFailure", "violations",
				List.of(JsonObject.of("quotaMetric", metric, "quotaId", quota, "quotaDimensions",
						JsonObject.of("location", "global", "model", report.model()), "quotaValue",
						"" + state.limit().permits())));
		JsonObject retry = JsonObject.of("@type", TYPE + "RetryInfo", "retryDelay", wait);
		return error(429, "RESOURCE_EXHAUSTED",
				exceeded() + "\n* Quota exceeded for metric: " + metric + ", limit: " + state.limit().permits()
						+ ", model: " + report.model() + "\nPlease retry in " + wait + ".",
				List.of(HELP, failure, retry));
	}

	/** The time to the end of the minute for a quota of a day, as seen. */
	private static Duration wait(ProviderReport report, Violation violation, LimitState state) {
		if (state.limit().window().compareTo(Times.MINUTE) > 0) {
			long nanos = Times.MINUTE.toNanos();
			long now = report.now().getEpochSecond() % 60 * 1_000_000_000 + report.now().getNano();
			return Duration.ofNanos(nanos - now);
		}
		return Times.until(state, violation.requested());
	}

	@Override
	public ProviderAnswer overloaded(ProviderReport report) {
		return error(503, "UNAVAILABLE", "The model is overloaded. Please try again later.", null);
	}

	@Override
	public ProviderAnswer creditSpent(ProviderReport report) {
		return error(429, "RESOURCE_EXHAUSTED", exceeded() + " ", List.of(HELP));
	}

	private static String exceeded() {
		return "You exceeded your current quota, please check your plan and billing details. For more information on "
				+ "this error, head to: " + PAGES + ". To monitor your current usage, head to: "
				+ "https://ai.dev/rate-limit.";
	}

	private static ProviderAnswer error(int status, String code, String message, @Nullable List<?> details) {
		JsonObject error = JsonObject.of("code", status, "message", message, "status", code);
		if (details != null) {
			error.with("details", details);
		}
		return ProviderAnswer.json(status, Map.of("content-type", "application/json; charset=UTF-8"),
				JsonObject.of("error", error));
	}

}
