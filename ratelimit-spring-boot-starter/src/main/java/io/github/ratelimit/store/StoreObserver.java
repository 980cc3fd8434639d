package io.github.ratelimit.store;

/**
 * Is told how a store that is asked over the network does. Implementations must be
 * thread-safe and quick.
 */
public interface StoreObserver {

	/** Wants to know nothing. */
	StoreObserver NONE = new StoreObserver() {
	};

	/**
	 * The store answered.
	 * @param nanos nanoseconds from the question to the answer
	 */
	default void answered(long nanos) {
	}

	/**
	 * The store did not answer in time, or answered that it cannot.
	 * @param reason one word of a small fixed set, such as {@code timeout}
	 */
	default void failed(String reason) {
	}

}
