package io.github.ratelimit.provider;

import io.github.ratelimit.LimitDecision;
import io.github.ratelimit.LimitUnit;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds the rate for headers that report only one. */
final class NearestRate {

	private NearestRate() {
	}

	/** Returns the limit nearest to refusal. */
	static LimitDecision of(List<LimitDecision> limits) {
		LimitDecision nearest = limits.get(0);
		for (int i = 1; i < limits.size(); i++) {
			if (limits.get(i).isNearerToRefusalThan(nearest)) {
				nearest = limits.get(i);
			}
		}
		return nearest;
	}

	/** Returns the limit of that unit nearest to refusal, null if none has the unit. */
	static @Nullable LimitDecision of(List<LimitDecision> limits, LimitUnit unit) {
		LimitDecision nearest = null;
		for (int i = 0; i < limits.size(); i++) {
			LimitDecision limit = limits.get(i);
			if (limit.limit().unit() == unit && (nearest == null || limit.isNearerToRefusalThan(nearest))) {
				nearest = limit;
			}
		}
		return nearest;
	}

	/** Returns the rate with the fewest permits; of equals the one that fills last. */
	static int scarcest(LimitDecision decision) {
		int scarcest = 0;
		for (int rate = 1; rate < decision.limit().quotas(); rate++) {
			long difference = decision.remaining(rate) - decision.remaining(scarcest);
			if (difference < 0
					|| (difference == 0 && decision.resetAfter(rate).compareTo(decision.resetAfter(scarcest)) > 0)) {
				scarcest = rate;
			}
		}
		return scarcest;
	}

}
