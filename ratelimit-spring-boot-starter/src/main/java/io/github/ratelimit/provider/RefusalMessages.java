package io.github.ratelimit.provider;

import io.github.ratelimit.LimitDecision;
import io.github.ratelimit.provider.Refusal.Reason;
import java.util.List;
import java.util.stream.Collectors;

/** The messages of refusals. */
final class RefusalMessages {

	private RefusalMessages() {
	}

	static String of(Reason reason, List<LimitDecision> limits, long seconds) {
		String what = switch (reason) {
			case TOO_LARGE -> tooLarge(limits);
			case MISSING_KEY -> "The request carries nothing that it could be counted by, such as an API key.";
			case LIMIT_EXCEEDED -> about(limits, "Too many requests.", " is exceeded.", " are exceeded.");
			case UNAVAILABLE ->
				about(limits, "The service is not available.", " cannot be checked.", " cannot be checked.");
			case BANNED -> about(limits, "Too many requests were refused, so all are for a while.",
					" was exceeded too often, so it refuses all requests for a while.",
					" were exceeded too often, so they refuse all requests for a while.");
		};
		return (seconds == 0) ? what
				: what + " Please try again in " + seconds + ((seconds == 1) ? " second." : " seconds.");
	}

	private static String about(List<LimitDecision> limits, String none, String one, String several) {
		return switch (limits.size()) {
			case 0 -> none;
			case 1 -> "Rate limit " + names(limits) + one;
			default -> "Rate limits " + names(limits) + several;
		};
	}

	/** In the words of OpenAI, for which users and programs search. */
	private static String tooLarge(List<LimitDecision> violated) {
		if (violated.isEmpty()) {
			return "Request too large.";
		}
		LimitDecision limit = violated.get(0);
		return "Request too large for rate limit '" + limit.limit().name() + "': Limit " + limit.limit().capacity()
				+ ", Requested " + limit.needed() + ".";
	}

	private static String names(List<LimitDecision> limits) {
		return limits.stream()
			.map((limit) -> "'" + limit.limit().name() + "'")
			.distinct()
			.collect(Collectors.joining(", "));
	}

}
