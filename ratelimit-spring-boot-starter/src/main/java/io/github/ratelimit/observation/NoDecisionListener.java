package io.github.ratelimit.observation;

import io.github.ratelimit.limiter.RateLimitListener;

/** A listener that never receives decisions, so that it need not be asked at each. */
interface NoDecisionListener extends RateLimitListener {

	@Override
	default boolean wantsDenials() {
		return false;
	}

	@Override
	default boolean wantsNearLimits() {
		return false;
	}

}
