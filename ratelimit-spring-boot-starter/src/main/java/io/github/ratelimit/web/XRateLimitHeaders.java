package io.github.ratelimit.web;

import io.github.ratelimit.Limit;
import io.github.ratelimit.LimitDecision;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Collection;
import java.util.List;

/**
 * {@code x-ratelimit}: how much can be saved up, what is left and how many seconds it
 * takes to be full again, of the one rate that is nearest to refusal.
 */
final class XRateLimitHeaders implements HeaderStyle {

	private static final String LIMIT = "X-RateLimit-Limit";

	private static final String REMAINING = "X-RateLimit-Remaining";

	private static final String RESET = "X-RateLimit-Reset";

	private static final List<String> NAMES = List.of(LIMIT, REMAINING, RESET);

	@Override
	public String name() {
		return "x-ratelimit";
	}

	@Override
	public Collection<String> headerNames() {
		return NAMES;
	}

	@Override
	public void write(List<LimitDecision> limits, HttpServletResponse response) {
		LimitDecision nearest = limits.get(0);
		for (int i = 1; i < limits.size(); i++) {
			if (limits.get(i).isNearerToRefusalThan(nearest)) {
				nearest = limits.get(i);
			}
		}
		Limit limit = nearest.limit();
		int rate = scarcestRate(nearest);
		response.setHeader(LIMIT, Long.toString(limit.rates().get(rate).burst()));
		response.setHeader(REMAINING, Long.toString(nearest.remaining(rate)));
		response.setHeader(RESET, Long.toString(Seconds.roundUp(nearest.resetAfter(rate))));
	}

	/** Returns the rate that has fewest permits; of equals the one that fills last. */
	private static int scarcestRate(LimitDecision decision) {
		int scarcest = 0;
		for (int rate = 1; rate < decision.limit().rates().size(); rate++) {
			long difference = decision.remaining(rate) - decision.remaining(scarcest);
			if (difference < 0
					|| (difference == 0 && decision.resetAfter(rate).compareTo(decision.resetAfter(scarcest)) > 0)) {
				scarcest = rate;
			}
		}
		return scarcest;
	}

}
