package io.github.ratelimit.governor;

import java.time.Duration;
import java.util.Objects;

/**
 * The request of a call to be sent.
 *
 * @param cost what the provider is expected to charge
 * @param maxWait how long the call may be queued at most
 * @param priority calls with a higher number are sent first; 0 is normal
 * @param retry whether it is a further attempt of a call that was sent before: it is
 * queued before the others of its priority
 */
public record CallRequest(CallCost cost, Duration maxWait, int priority, boolean retry) {

	/**
	 * Creates a request.
	 * @throws IllegalArgumentException if the wait is negative
	 */
	public CallRequest {
		Objects.requireNonNull(cost, "cost");
		if (maxWait.isNegative()) {
			throw new IllegalArgumentException("maxWait=" + maxWait + ": pass a time that is not negative.");
		}
	}

	/**
	 * Returns a request of normal priority.
	 * @param cost what the provider is expected to charge
	 * @param maxWait how long the call may be queued at most
	 * @return the request
	 */
	public static CallRequest of(CallCost cost, Duration maxWait) {
		return new CallRequest(cost, maxWait, 0, false);
	}

}
