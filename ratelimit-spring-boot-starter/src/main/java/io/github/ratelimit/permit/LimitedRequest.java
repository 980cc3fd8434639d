package io.github.ratelimit.permit;

import io.github.ratelimit.Decision;
import io.github.ratelimit.Permit;
import io.github.ratelimit.store.Charge;
import java.lang.reflect.Method;
import java.util.List;
import java.util.function.IntToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * What filter and interceptor share about one request: which permits are paid already,
 * and which decisions the answer's headers have to tell. Thread-safe, for a handler may
 * spread its work over several threads.
 */
public interface LimitedRequest {

	/** Instead of a cost: what was taken for the call stays taken. */
	long UNKNOWN = -1;

	/** Instead of a cost: the call does not count, and what it holds goes back. */
	long NOT_COUNTED = -2;

	/**
	 * Uses up what the filter has charged of a limit: its charge covers the first allowed
	 * call of the same limit and key. A place among the calls under way is the request's
	 * until it ends, and covers every call.
	 * @param charge what a call is to pay
	 * @return the permits that are paid already, 0 if none; more than the call is to pay
	 * where the filter has charged more; the next call of the same charge gets 0
	 */
	long cover(Charge charge);

	/**
	 * Takes back what {@link #cover} used up, of a call that was not allowed in the end.
	 * @param charge what the call was to pay
	 * @param permits what {@code cover} returned
	 */
	void uncover(Charge charge, long permits);

	/**
	 * Adds the decision about a call to what the answer is to tell its caller, and to
	 * what the request holds.
	 * @param decision a decision, allowed or refused
	 * @param covered the charges of the call of which {@link #cover} used something up
	 * @return what the call holds; its caller has to end it, unless the scope
	 * {@linkplain #keepsOpen keeps it open}
	 */
	CallPermit record(Decision decision, List<Charge> covered);

	/**
	 * Tells what was recorded, as far as the answer has not begun. To be called by a
	 * thread that serves the request.
	 */
	void writeHeaders();

	/**
	 * Has a charge settled when the response is complete, if nobody has settled it by
	 * then. A {@linkplain Charge#isPending() pending} charge counts without being asked
	 * for where the outcome stays unknown: the client has gone before the answer began,
	 * the time for the answer ran out, or the client did not accept the answer.
	 * @param charge a charge of an allowed decision of this request
	 * @param actual tells by the response's status how many permits the call cost,
	 * {@link #UNKNOWN} or {@link #NOT_COUNTED}
	 */
	void settleAfterResponse(Charge charge, IntToLongFunction actual);

	/**
	 * Returns what the request holds of all its limits, those that are recorded later
	 * too: settled and ended for all of them at once.
	 * @return the request's permit
	 */
	Permit permit();

	/**
	 * Takes over a call that goes on when its method has returned, until the response is
	 * complete: the scope ends it then, if nobody has before. Else the caller has to.
	 * @param call what the call holds
	 * @param method the method
	 * @param result what it returned
	 * @return whether the method serves the request itself, or its result is written
	 * later
	 */
	boolean keepsOpen(CallPermit call, Method method, @Nullable Object result);

	/** Finds the scope of the request that the current thread serves. */
	interface Current {

		/**
		 * Returns the scope of the current request.
		 * @return the scope, null where no request is bound to this thread
		 */
		@Nullable LimitedRequest get();

	}

}
