package io.github.ratelimit.provider;

import io.github.ratelimit.LimitDecision;
import java.util.Collection;
import java.util.List;
import java.util.Objects;

/**
 * {@code x-ratelimit}: the burst, the permits that are left and the seconds until it is
 * full again, for the one rate that is nearest to refusal. For a limit of concurrent
 * calls these are its slots, and one second while any is taken.
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
	public void write(List<LimitDecision> limits, Headers headers) {
		LimitDecision nearest = Objects.requireNonNull(NearestRate.of(limits));
		int rate = NearestRate.scarcest(nearest);
		headers.set(LIMIT, Long.toString(nearest.limit().quota(rate)));
		headers.set(REMAINING, Long.toString(nearest.remaining(rate)));
		headers.set(RESET, Long.toString(ResetTimeFormat.seconds(nearest.resetAfter(rate))));
	}

}
