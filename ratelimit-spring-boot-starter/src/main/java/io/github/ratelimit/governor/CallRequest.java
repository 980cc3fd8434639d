package io.github.ratelimit.governor;

import java.time.Duration;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * The request of a call to be sent.
 *
 * @param cost what the provider is expected to charge
 * @param maxWait how long the call may be queued at most
 * @param priority calls with a higher number are sent first; 0 is normal
 * @param retry whether it is a further attempt of a call that was sent before: it is
 * queued before the others of its priority
 * @param caller waits for the call if it is queued
 */
public record CallRequest(CallCost cost, Duration maxWait, int priority, boolean retry, Caller caller) {

	/**
	 * Creates a request.
	 * @throws IllegalArgumentException if the wait is negative
	 */
	public CallRequest {
		Objects.requireNonNull(cost, "cost");
		Objects.requireNonNull(caller, "caller");
		if (maxWait.isNegative()) {
			throw new IllegalArgumentException("maxWait=" + maxWait + ": pass a time that is not negative.");
		}
	}

	/**
	 * Returns a request of normal priority, for which any number of callers may wait.
	 * @param cost what the provider is expected to charge
	 * @param maxWait how long the call may be queued at most
	 * @return the request
	 */
	public static CallRequest of(CallCost cost, Duration maxWait) {
		return new CallRequest(cost, maxWait, 0, false, Caller.UNBOUNDED);
	}

	/** Waits for a queued call. Implementations must be thread-safe. */
	@FunctionalInterface
	public interface Caller {

		/** Waits without a thread, or with one of those that may all wait. */
		Caller UNBOUNDED = () -> () -> {
		};

		/**
		 * Holds the current thread until the call leaves the queue. Only called for calls
		 * that are queued.
		 * @return gives the thread back, and is run once; null if no thread is left for
		 * waiting, so that the call is refused
		 */
		@Nullable Runnable hold();

	}

}
