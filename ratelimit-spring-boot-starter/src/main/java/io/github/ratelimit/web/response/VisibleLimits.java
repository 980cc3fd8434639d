package io.github.ratelimit.web.response;

import io.github.ratelimit.LimitDecision;
import java.util.ArrayList;
import java.util.List;

/** Which of a request's decisions headers speak of. */
final class VisibleLimits {

	private VisibleLimits() {
	}

	/**
	 * Leaves out what is hidden, only tried out or has no facts, and speaks once of each
	 * limit: of one key its latest decision, of several keys the one nearest to refusal.
	 */
	static List<LimitDecision> of(List<LimitDecision> limits) {
		if (limits.size() == 1) {
			return isVisible(limits.get(0)) ? limits : List.of();
		}
		List<LimitDecision> visible = new ArrayList<>(limits.size());
		for (int i = 0; i < limits.size(); i++) {
			LimitDecision limit = limits.get(i);
			if (isVisible(limit)) {
				addOrReplace(visible, limit);
			}
		}
		return visible;
	}

	private static boolean isVisible(LimitDecision limit) {
		return limit.hasFacts() && limit.isEnforced() && !limit.isHidden();
	}

	private static void addOrReplace(List<LimitDecision> limits, LimitDecision later) {
		for (int i = 0; i < limits.size(); i++) {
			LimitDecision earlier = limits.get(i);
			if (earlier.limit().name().equals(later.limit().name())) {
				if (earlier.key().equals(later.key()) || later.isNearerToRefusalThan(earlier)) {
					limits.set(i, later);
				}
				return;
			}
		}
		limits.add(later);
	}

}
