package io.github.ratelimit.provider.dialect;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Finds the reason for a refusal, as far as it is the same for all providers. */
final class ThrottleDetector {

	private static final Set<String> SPENT = Set.of("insufficient_quota", "credit_balance_exhausted",
			"organization_spend_limit_exceeded", "project_spend_limit_exceeded", "organization_usage_limit_exceeded",
			"billing_hard_limit_reached", "billing_not_active", "insufficient_credits", "insufficient_balance",
			"ServiceQuotaExceededException");

	private static final Set<String> OVERLOADED = Set.of("overloaded_error", "engine_overloaded", "service_unavailable",
			"capacity_exceeded", "service_tier_capacity_exceeded", "ModelNotReadyException",
			"ServiceUnavailableException", "UNAVAILABLE");

	private static final String[] SPENT_TEXTS = { "spend limit", "spending limit", "used all available credits",
			"insufficient balance", "insufficient credits", "credit limit exceeded", "calls / month" };

	/** For errors that have the status of a malformed request. */
	private static final String[] SPENT_REQUEST_TEXTS = { "credit balance is too low",
			"reached your specified api usage limits" };

	private static final int MAX_CODE = 64;

	private ThrottleDetector() {
	}

	/**
	 * Returns the reason for a refusal.
	 * @param response the response, its limits read
	 * @param retryHeaders headers of this provider with the wait
	 * @return the reason, null if limits are not the reason
	 */
	static @Nullable Throttle of(ResponseReader response, List<String> retryHeaders) {
		Throttle.Kind kind = kind(response);
		if (kind == null) {
			return null;
		}
		response.add(response.text().quota());
		return of(kind, RetryAfterReader.retryAfter(response, retryHeaders), response);
	}

	static Throttle of(Throttle.Kind kind, @Nullable Duration retryAfter, ResponseReader response) {
		return new Throttle(kind, retryAfter, dimension(kind, response), code(response),
				RetryAfterReader.isRetryRefused(response));
	}

	private static Throttle.@Nullable Kind kind(ResponseReader response) {
		int status = response.status();
		if (status < 400) {
			return null;
		}
		ErrorText text = response.text();
		if (isSpent(response, text)) {
			return Throttle.Kind.QUOTA_SPENT;
		}
		if ((status == 429 || status == 413) && (text.isTooLarge() || isTooLargeForLimit(text))) {
			return Throttle.Kind.REQUEST_TOO_LARGE;
		}
		return switch (status) {
			case 429 -> isOverloaded(response, text) ? Throttle.Kind.OVERLOADED : Throttle.Kind.RATE_LIMITED;
			case 498, 503, 529 -> Throttle.Kind.OVERLOADED;
			default -> null;
		};
	}

	private static boolean isSpent(ResponseReader response, ErrorText text) {
		return switch (response.status()) {
			case 402 -> true;
			case 403, 429 -> hasCode(response, SPENT) || text.has(SPENT_TEXTS) || text.has(SPENT_REQUEST_TEXTS);
			case 400 -> hasCode(response, SPENT) || text.has(SPENT_REQUEST_TEXTS);
			default -> false;
		};
	}

	private static boolean isTooLargeForLimit(ErrorText text) {
		return text.has("request too large") && text.has("limit");
	}

	private static boolean isOverloaded(ResponseReader response, ErrorText text) {
		return hasCode(response, OVERLOADED) || text.has("currently overloaded");
	}

	private static boolean hasCode(ResponseReader response, Set<String> codes) {
		return response.body().codes().stream().anyMatch(codes::contains) || codes.contains(amazonCode(response));
	}

	private static @Nullable Dimension dimension(Throttle.Kind kind, ResponseReader response) {
		if (kind == Throttle.Kind.OVERLOADED) {
			return null;
		}
		Dimension named = response.text().dimension();
		if (named == null) {
			named = dimension(response.body().codes());
		}
		return (named != null) ? named : exhausted(response);
	}

	/** The type of OpenAI's errors shows which limit was exhausted. */
	private static @Nullable Dimension dimension(List<String> codes) {
		if (codes.contains("tokens") || codes.contains("tokens_usage_based")) {
			return Dimension.TOKENS;
		}
		return codes.contains("requests") ? Dimension.REQUESTS : null;
	}

	private static @Nullable Dimension exhausted(ResponseReader response) {
		Dimension exhausted = null;
		for (Quota quota : response.quotas()) {
			if (quota.remaining() == 0) {
				if (exhausted != null) {
					return null;
				}
				exhausted = quota.dimension();
			}
		}
		return exhausted;
	}

	/** Prefers words to numbers: {@code rate_limited} to {@code 1300}. */
	private static String code(ResponseReader response) {
		for (String code : response.body().codes()) {
			if (!code.isEmpty() && !Character.isDigit(code.charAt(0))) {
				return cleaned(code);
			}
		}
		String amazon = amazonCode(response);
		return amazon.isEmpty() ? Integer.toString(response.status()) : cleaned(amazon);
	}

	/** Amazon names the error in a header, with an address after a colon. */
	private static String amazonCode(ResponseReader response) {
		String header = response.header("x-amzn-errortype");
		if (header == null) {
			return "";
		}
		int colon = header.indexOf(':');
		return (colon >= 0) ? header.substring(0, colon) : header;
	}

	private static String cleaned(String code) {
		String start = (code.length() > MAX_CODE) ? code.substring(0, MAX_CODE) : code;
		return start.replaceAll("[^A-Za-z0-9_.-]", "_");
	}

}
