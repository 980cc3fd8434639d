package io.github.ratelimit;

import org.jspecify.annotations.Nullable;

/**
 * What filter and interceptor share about one request: which permits are paid already,
 * and which decisions the answer's headers have to tell. Used by one thread at a time.
 */
public interface DecisionScope {

	/**
	 * Looks what the filter has charged of a limit, without using it up.
	 * @param charge what a call is to pay
	 * @return the permits of it that are paid already, 0 if none
	 */
	long covered(Charge charge);

	/**
	 * Uses up what the filter has charged of a limit, once a call is allowed: its charge
	 * covers the first allowed call of the same limit and key.
	 * @param charge what the call was to pay
	 * @return the permits of it that were paid already, 0 if none; the next call of the
	 * same charge gets 0
	 */
	long cover(Charge charge);

	/**
	 * Adds a decision to what the answer tells its caller.
	 * @param decision a decision, allowed or refused
	 */
	void record(Decision decision);

	/** Finds the scope of the request that the current thread serves. */
	interface Current {

		/**
		 * Returns the scope of the current request.
		 * @return the scope, null where no request is bound to this thread
		 */
		@Nullable DecisionScope get();

	}

}
