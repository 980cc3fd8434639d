package io.github.ratelimit.provider.dialect;

import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads the errors that are specific to one provider. */
final class ProviderSpecificErrors {

	private static final String QUOTA_ID = ".quotaId";

	private static final String RETRY_DELAY = ".retryDelay";

	private static final String OPEN_ROUTER_HEADERS = "error.metadata.headers.X-RateLimit-";

	private ProviderSpecificErrors() {
	}

	/**
	 * Reads the details of Google's errors: the exhausted quotas and the delay, which
	 * does not help against the quota of a day. Without both the quota is spent.
	 */
	static Throttle gemini(ResponseReader response, Throttle throttle) {
		Duration delay = throttle.retryAfter();
		Dimension dimension = throttle.dimension();
		boolean detailed = false;
		boolean day = false;
		for (Map.Entry<String, String> value : response.body().values().entrySet()) {
			String path = value.getKey();
			if (path.endsWith(RETRY_DELAY)) {
				delay = response.timeOf(value.getValue());
			}
			else if (path.endsWith(QUOTA_ID)) {
				String id = value.getValue();
				String limit = path.substring(0, path.length() - QUOTA_ID.length()) + ".quotaValue";
				Dimension counted = geminiDimension(id);
				dimension = (dimension != null) ? dimension : counted;
				detailed = true;
				day |= id.contains("PerDay");
				geminiQuota(response, id, counted, response.numberOf(response.body().get(limit)));
			}
		}
		boolean spent = day || (!detailed && delay == null && response.text().has("exceeded your current quota"));
		return spent ? throttle.with(Throttle.Kind.QUOTA_SPENT, null, dimension)
				: throttle.with(throttle.kind(), delay, dimension);
	}

	private static void geminiQuota(ResponseReader response, String id, @Nullable Dimension dimension, long limit) {
		if (dimension != null && limit > 0) {
			boolean day = id.contains("PerDay");
			response.add(new Quota(dimension, limit, Quota.UNKNOWN, null,
					day ? WindowInference.DAY : WindowInference.MINUTE, day ? Refill.FIXED_WINDOW : Refill.CONTINUOUS));
		}
	}

	private static @Nullable Dimension geminiDimension(String quotaId) {
		if (quotaId.contains("InputToken")) {
			return Dimension.INPUT_TOKENS;
		}
		if (quotaId.contains("Token")) {
			return Dimension.TOKENS;
		}
		return quotaId.contains("Request") ? Dimension.REQUESTS : null;
	}

	/**
	 * Reads the headers that OpenRouter puts into the body. If a provider behind it
	 * refuses, no limit of its own is exhausted.
	 */
	static Throttle openRouter(ResponseReader response, Throttle throttle) {
		if (throttle.kind() != Throttle.Kind.RATE_LIMITED) {
			return throttle;
		}
		ErrorJson body = response.body();
		if (response.text().has("provider returned error")) {
			return throttle.with(Throttle.Kind.OVERLOADED, throttle.retryAfter(), null);
		}
		Duration untilEnd = response.timeOf(body.get(OPEN_ROUTER_HEADERS + "Reset"));
		long limit = response.numberOf(body.get(OPEN_ROUTER_HEADERS + "Limit"));
		long remaining = response.numberOf(body.get(OPEN_ROUTER_HEADERS + "Remaining"));
		String source = body.get("error.metadata.limit_source");
		Duration window = response.text().window();
		boolean day = WindowInference.DAY.equals(window) || (source != null && source.endsWith("daily"));
		if (limit > 0) {
			response.add(new Quota(Dimension.REQUESTS, limit, remaining, untilEnd,
					day ? WindowInference.DAY : (window != null) ? window : WindowInference.fixed(untilEnd),
					Refill.FIXED_WINDOW));
		}
		Duration wait = (throttle.retryAfter() != null) ? throttle.retryAfter() : untilEnd;
		return throttle.with(day ? Throttle.Kind.QUOTA_SPENT : Throttle.Kind.RATE_LIMITED, wait,
				(limit > 0) ? Dimension.REQUESTS : throttle.dimension());
	}

	/** The tokens of a day do not refill soon. */
	static Throttle bedrock(ResponseReader response, Throttle throttle) {
		if (throttle.kind() != Throttle.Kind.RATE_LIMITED || !response.text().has("per day")) {
			return throttle;
		}
		return throttle.with(Throttle.Kind.QUOTA_SPENT, null, throttle.dimension());
	}

}
