package io.github.ratelimit.web.response;

import io.github.ratelimit.LimitDecision;
import java.util.ArrayList;
import java.util.List;

/** The decisions of a request that its headers report. */
final class VisibleLimits {

	private VisibleLimits() {
	}

	/**
	 * Omits limits that are hidden, in shadow mode or without data, and reports each
	 * limit once: for one key its latest decision, for several keys the one nearest to a
	 * refusal.
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
