package io.github.ratelimit.web;

import io.github.ratelimit.Decision;
import io.github.ratelimit.LimitDecision;
import io.github.ratelimit.web.Refusal.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Finds what a refused decision is to be told as. */
final class Refusals {

	private Refusals() {
	}

	static Refusal of(Decision decision, Set<String> hiddenLimits, @Nullable String requestId) {
		List<LimitDecision> violated = new ArrayList<>();
		boolean tooLarge = false;
		boolean banned = false;
		for (LimitDecision limit : decision.violated()) {
			tooLarge |= limit.neverPayable();
			banned |= limit.isBanned();
			if (!hiddenLimits.contains(limit.limit().name())) {
				violated.add(limit);
			}
		}
		if (tooLarge) {
			violated.removeIf((limit) -> !limit.neverPayable());
			return new Refusal(Reason.TOO_LARGE, RefusalMessages.tooLarge(violated), violated, 0, requestId);
		}
		long seconds = Math.max(1, Seconds.roundUp(decision.retryAfter()));
		if (banned) {
			violated.removeIf((limit) -> !limit.isBanned());
			return new Refusal(Reason.BANNED, RefusalMessages.banned(violated, seconds), violated, seconds, requestId);
		}
		if (decision.unavailable()) {
			return new Refusal(Reason.UNAVAILABLE, RefusalMessages.unavailable(violated, seconds), violated, seconds,
					requestId);
		}
		violated.removeIf(LimitDecision::unavailable);
		return new Refusal(Reason.LIMIT_EXCEEDED, RefusalMessages.exceeded(violated, seconds), violated, seconds,
				requestId);
	}

}
