package io.github.ratelimit;

import java.lang.reflect.Method;
import org.jspecify.annotations.Nullable;

/**
 * What filter and interceptor share about one request: which permits are paid already,
 * and which decisions the answer's headers have to tell. Thread-safe, for a handler may
 * spread its work over several threads.
 */
public interface DecisionScope {

	/**
	 * Uses up what the filter has charged of a limit: its charge covers the first allowed
	 * call of the same limit and key.
	 * @param charge what a call is to pay
	 * @return the permits of it that are paid already, 0 if none; the next call of the
	 * same charge gets 0
	 */
	long cover(Charge charge);

	/**
	 * Takes back what {@link #cover} used up, of a call that was not allowed in the end.
	 * @param charge what the call was to pay
	 * @param permits what {@code cover} returned
	 */
	void uncover(Charge charge, long permits);

	/**
	 * Adds a decision to what the answer tells its caller.
	 * @param decision a decision, allowed or refused
	 */
	void record(Decision decision);

	/**
	 * Returns what the request holds of all its limits, those that are recorded later
	 * too: settled and ended for all of them at once.
	 * @return the request's permit
	 */
	Permit permit();

	/**
	 * Returns whether what a call has begun goes on when its method has returned, until
	 * the response is complete: then the scope ends the call's permit, else the caller
	 * has to.
	 * @param method the method
	 * @param result what it returned
	 * @return whether the method serves the request itself, or its result is written
	 * later
	 */
	boolean keepsOpen(Method method, @Nullable Object result);

	/** Finds the scope of the request that the current thread serves. */
	interface Current {

		/**
		 * Returns the scope of the current request.
		 * @return the scope, null where no request is bound to this thread
		 */
		@Nullable DecisionScope get();

	}

}
