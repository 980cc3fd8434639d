package io.github.ratelimit.store;

/**
 * Receives the replies and failures of a remote store. Implementations must be
 * thread-safe and fast.
 */
public interface StoreObserver {

	/** Ignores all events. */
	StoreObserver NONE = new StoreObserver() {
	};

	/**
	 * Called when the store answered.
	 * @param nanos nanoseconds from the question to the answer
	 */
	default void answered(long nanos) {
	}

	/**
	 * Called when the store did not answer in time, or answered with an error.
	 * @param reason one word of a small fixed set, such as {@code timeout}
	 */
	default void failed(String reason) {
	}

}
