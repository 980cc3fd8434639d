package io.github.ratelimit.web;

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
		return (limit.rates().size() == 1) ? limit.name() : limit.name() + ";" + (rate + 1);
	}

	static List<String> violated(List<LimitDecision> limits) {
		List<String> names = new ArrayList<>();
		for (LimitDecision decision : limits) {
			for (int rate = 0; rate < decision.limit().rates().size(); rate++) {
				if (decision.violated(rate)) {
					names.add(of(decision.limit(), rate));
				}
			}
		}
		return names;
	}

}
