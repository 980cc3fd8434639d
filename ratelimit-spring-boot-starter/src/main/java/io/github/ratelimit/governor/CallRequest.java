package io.github.ratelimit.governor;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a governor needs to know of a call before it is sent.
 *
 * @param cost the estimated cost of the call
 * @param maxWait how long the call may be queued, zero if it may not be
 * @param priority calls with a higher number are sent first; 0 is normal
 * @param retry whether the call is a retry, which is queued before the other calls of its
 * priority
 * @param caller holds the caller's thread while the call is queued
 */
public record CallRequest(CallCost cost, Duration maxWait, int priority, boolean retry, Caller caller) {

	/**
	 * Creates a request.
	 * @throws IllegalArgumentException if the longest wait is negative
	 */
	public CallRequest {
		if (maxWait.isNegative()) {
			throw new IllegalArgumentException("maxWait=" + maxWait + ": pass a time that is not negative.");
		}
	}

	/**
	 * Returns a request of normal priority whose caller's thread is not counted.
	 * @param cost the estimated cost of the call
	 * @param maxWait how long the call may be queued, zero if it may not be
	 * @return the request
	 */
	public static CallRequest of(CallCost cost, Duration maxWait) {
		return new CallRequest(cost, maxWait, 0, false, Caller.UNBOUNDED);
	}

	/**
	 * Counts the threads that callers hold while their calls are queued. Implementations
	 * must be thread-safe.
	 */
	@FunctionalInterface
	public interface Caller {

		/** Counts no thread, for callers that hold none or may hold any number. */
		Caller UNBOUNDED = () -> () -> {
		};

		/**
		 * Holds the current thread while a call is queued or waits for a retry. Called
		 * for no call that is sent at once.
		 * @return gives the thread back, and is run once, by any thread; null if callers
		 * hold as many threads as they may, so that the call is refused
		 */
		@Nullable Runnable hold();

	}

}
