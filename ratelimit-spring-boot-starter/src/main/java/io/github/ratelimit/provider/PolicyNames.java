package io.github.ratelimit.provider;

import io.github.ratelimit.Limit;
import io.github.ratelimit.LimitDecision;
import java.util.ArrayList;
import java.util.List;

/**
 * The names of rates in responses: the limit's own if it has one rate, otherwise
 * {@code chat;1}, {@code chat;2} in the order of {@link Limit#rates()}.
 */
final class PolicyNames {

	private PolicyNames() {
	}

	static String of(Limit limit, int rate) {
		return (limit.quotas() == 1) ? limit.name() : limit.name() + ";" + (rate + 1);
	}

	/**
	 * Returns the violated rates; all rates of a limit that refuses regardless of its
	 * permits.
	 */
	static List<String> violated(List<LimitDecision> limits) {
		List<String> names = new ArrayList<>();
		for (LimitDecision decision : limits) {
			int before = names.size();
			addRates(decision, names, false);
			if (names.size() == before) {
				addRates(decision, names, true);
			}
		}
		return names;
	}

	private static void addRates(LimitDecision decision, List<String> names, boolean all) {
		for (int rate = 0; rate < decision.limit().quotas(); rate++) {
			if (all || decision.isViolated(rate)) {
				names.add(of(decision.limit(), rate));
			}
		}
	}

}
