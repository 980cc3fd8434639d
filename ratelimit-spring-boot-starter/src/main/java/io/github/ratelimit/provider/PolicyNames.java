package io.github.ratelimit.provider;

import io.github.ratelimit.Limit;
import io.github.ratelimit.LimitDecision;
import java.util.ArrayList;
import java.util.List;

/**
 * The names under which answers speak of rates: the limit's own where it has one rate,
 * else {@code chat;1}, {@code chat;2} in the order of {@link Limit#rates()}.
 */
final class PolicyNames {

	private PolicyNames() {
	}

	static String of(Limit limit, int rate) {
		return (limit.quotas() == 1) ? limit.name() : limit.name() + ";" + (rate + 1);
	}

	/** Returns the rates that refuse; of a limit that refuses whatever is left, all. */
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
