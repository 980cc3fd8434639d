package io.github.ratelimit.web.response;

import io.github.ratelimit.Limit;
import io.github.ratelimit.LimitDecision;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Which of a request's decisions headers speak of. */
final class VisibleLimits {

	private VisibleLimits() {
	}

	/**
	 * Leaves out what is hidden, only tried out or has no facts, and speaks once of each
	 * limit: of one key its latest decision, of several keys the one nearest to refusal.
	 */
	static List<LimitDecision> of(List<LimitDecision> limits, Set<String> hidden) {
		if (limits.size() == 1) {
			return isVisible(limits.get(0), hidden) ? limits : List.of();
		}
		List<LimitDecision> visible = new ArrayList<>(limits.size());
		for (int i = 0; i < limits.size(); i++) {
			LimitDecision limit = limits.get(i);
			if (isVisible(limit, hidden)) {
				addOrReplace(visible, limit);
			}
		}
		return visible;
	}

	private static boolean isVisible(LimitDecision limit, Set<String> hidden) {
		return limit.hasFacts() && limit.charge().enforced()
				&& (hidden.isEmpty() || !hidden.contains(limit.limit().name()));
	}

	private static void addOrReplace(List<LimitDecision> limits, LimitDecision later) {
		for (int i = 0; i < limits.size(); i++) {
			LimitDecision earlier = limits.get(i);
			if (sameName(earlier.limit(), later.limit())) {
				if (earlier.key().equals(later.key()) || later.isNearerToRefusalThan(earlier)) {
					limits.set(i, later);
				}
				return;
			}
		}
		limits.add(later);
	}

	private static boolean sameName(Limit one, Limit other) {
		return one == other || one.name().equals(other.name());
	}

}
