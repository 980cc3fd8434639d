package io.github.ratelimit.test.provider;

import io.github.ratelimit.test.provider.limits.LimitState;
import io.github.ratelimit.test.provider.limits.ProviderLimit;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;

/** Makes requested refusals look like those that limits cause. */
final class Throttling {

	private static final ProviderLimit DEFAULT = ProviderLimit.requests(60, Duration.ofMinutes(1));

	private Throttling() {
	}

	/** Returns the first limit as if one permit refilled after a time. */
	static LimitState exhausted(List<LimitState> states, Instant now, Duration retryAfter) {
		ProviderLimit limit = states.isEmpty() ? DEFAULT : states.get(0).limit();
		double permits = limit.permits() * (double) retryAfter.toNanos() / limit.window().toNanos();
		ProviderLimit continuous = new ProviderLimit(limit.unit(), limit.permits(), limit.window(), false);
		return new LimitState(continuous, 1 - permits, now);
	}

	/** Returns the limits with another first one. */
	static List<LimitState> replace(List<LimitState> states, LimitState first) {
		return states.isEmpty() ? List.of(first) : Stream.concat(Stream.of(first), states.stream().skip(1)).toList();
	}

}
