package io.github.ratelimit.provider;

import io.github.ratelimit.LimitDecision;
import java.util.List;
import java.util.stream.Collectors;

/** The messages of refusals. */
final class RefusalMessages {

	private RefusalMessages() {
	}

	static String exceeded(List<LimitDecision> violated, long seconds) {
		String what = switch (violated.size()) {
			case 0 -> "Too many requests.";
			case 1 -> "Rate limit " + names(violated) + " is exceeded.";
			default -> "Rate limits " + names(violated) + " are exceeded.";
		};
		return what + tryAgain(seconds);
	}

	static String unavailable(List<LimitDecision> unavailable, long seconds) {
		String what = switch (unavailable.size()) {
			case 0 -> "The service is not available.";
			case 1 -> "Rate limit " + names(unavailable) + " cannot be checked.";
			default -> "Rate limits " + names(unavailable) + " cannot be checked.";
		};
		return what + tryAgain(seconds);
	}

	private static String tryAgain(long seconds) {
		return " Please try again in " + seconds + ((seconds == 1) ? " second." : " seconds.");
	}

	static String banned(List<LimitDecision> banning, long seconds) {
		String what = switch (banning.size()) {
			case 0 -> "Too many requests were refused, so all are for a while.";
			case 1 ->
				"Rate limit " + names(banning) + " was exceeded too often, so it refuses all requests for a while.";
			default ->
				"Rate limits " + names(banning) + " were exceeded too often, so they refuse all requests for a while.";
		};
		return what + tryAgain(seconds);
	}

	/** In the words of OpenAI, for which users and programs search. */
	static String tooLarge(List<LimitDecision> violated) {
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
