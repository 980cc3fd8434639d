package io.github.ratelimit.store;

import java.time.Duration;

/**
 * Receives the calls, replies and failures of a remote store. Implementations must be
 * thread-safe and fast.
 */
public interface StoreObserver {

	/** Ignores all events. */
	StoreObserver NONE = new StoreObserver() {
	};

	/**
	 * Called by the thread that is about to ask the store for a decision and to wait for
	 * the answer.
	 * @param limits the number of limits that are asked
	 * @return receives how the call ends, and is closed by the same thread
	 */
	default Call asking(int limits) {
		return Call.UNOBSERVED;
	}

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

	/**
	 * Called when a node begins to fail, once for an outage.
	 * @param node the node, as the log names it
	 * @param reason one word of a small fixed set, such as {@code timeout}
	 */
	default void degraded(String node, String reason) {
	}

	/**
	 * Called when a node has decided again for a while, so that its outage is over.
	 * @param node the node, as the log names it
	 * @param outage for how long it did not decide
	 */
	default void recovered(String node, Duration outage) {
	}

	/**
	 * One call of the store, from the question to the decision. Used by one thread,
	 * unless it is {@linkplain #detached() detached}.
	 */
	interface Call extends AutoCloseable {

		/** Is interested in nothing. */
		Call UNOBSERVED = () -> {
		};

		/**
		 * Called before the call is closed, unless it ends with an exception.
		 * @param outcome how it ends
		 */
		default void ended(Outcome outcome) {
		}

		/**
		 * Called by the thread that asks before another one ends the call.
		 * @return this call
		 */
		default Call detached() {
			return this;
		}

		@Override
		void close();

	}

	/** How a call of the store ends. */
	enum Outcome {

		/** The store granted all permits. */
		ALLOWED,

		/** The store refused a permit. */
		REFUSED,

		/** The store did not answer by its deadline, and limits decided without it. */
		LATE,

		/** The store failed, and limits decided without it. */
		FAILED

	}

}
