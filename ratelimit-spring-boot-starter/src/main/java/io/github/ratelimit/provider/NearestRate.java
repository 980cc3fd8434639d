package io.github.ratelimit.provider;

import io.github.ratelimit.LimitDecision;
import io.github.ratelimit.LimitUnit;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds the rate for headers that report only one. */
final class NearestRate {

	private NearestRate() {
	}

	/** Returns the limit nearest to refusal, null if there is none. */
	static @Nullable LimitDecision of(List<LimitDecision> limits) {
		return of(limits, null);
	}

	/**
	 * Returns the limit of a unit nearest to refusal.
	 * @param limits the decisions of limits; of equally near ones the first counts
	 * @param unit the unit, null for any
	 * @return null if no limit has the unit
	 */
	static @Nullable LimitDecision of(List<LimitDecision> limits, @Nullable LimitUnit unit) {
		LimitDecision nearest = null;
		for (int i = 0; i < limits.size(); i++) {
			LimitDecision limit = limits.get(i);
			if ((unit == null || limit.limit().unit() == unit)
					&& (nearest == null || limit.isNearerToRefusalThan(nearest))) {
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
