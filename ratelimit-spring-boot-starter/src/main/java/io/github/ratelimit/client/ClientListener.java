package io.github.ratelimit.client;

/**
 * Receives the events of calls to providers. Implementations must be thread-safe and
 * fast.
 */
public interface ClientListener {

	/** Ignores all events. */
	ClientListener NONE = new ClientListener() {
	};

	/**
	 * Called when a call has ended or was refused.
	 * @param client the client's name
	 * @param outcome how it ended
	 */
	default void ended(String client, Outcome outcome) {
	}

	/**
	 * Called when a call was queued and may be sent now.
	 * @param client the client's name
	 * @param nanos how many nanoseconds it was queued
	 */
	default void waited(String client, long nanos) {
	}

	/**
	 * Called when a response has values that its dialect could not read.
	 * @param client the client's name
	 * @param values how many
	 */
	default void ignored(String client, int values) {
	}

	/** How a call to a provider ended, as far as limits are concerned. */
	enum Outcome {

		/** The provider served the call, or failed for another reason than its limits. */
		SENT,

		/** The provider refused the call for one of its limits. */
		THROTTLED,

		/** The provider refused the call because it is overloaded. */
		OVERLOADED,

		/** The provider refused the call because credit or a long quota is used up. */
		SPENT,

		/** The call was not sent, because it would have waited for too long. */
		REFUSED,

		/** The call did not reach the provider. */
		NOT_SENT

	}

}
