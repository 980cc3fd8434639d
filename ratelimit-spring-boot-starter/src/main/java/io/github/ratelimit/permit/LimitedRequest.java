package io.github.ratelimit.permit;

import io.github.ratelimit.Decision;
import io.github.ratelimit.store.Charge;
import java.lang.reflect.Method;
import java.util.List;
import java.util.function.IntToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * The HTTP request that a limited call belongs to: which permits it has paid already,
 * which decisions its headers report, and what it holds until its response is complete.
 * Thread-safe, because a handler may use several threads.
 */
public interface LimitedRequest {

	/** Represents an unknown cost: what was taken for the call stays taken. */
	long UNKNOWN = -1;

	/** Represents a call that is not charged: what it took is given back. */
	long NOT_COUNTED = -2;

	/**
	 * Uses up what the filter has charged of a limit: its charge covers the first allowed
	 * call of the same limit and key. A slot of a limit of concurrent calls covers every
	 * call until the request ends.
	 * @param charge the charge of a call
	 * @return the permits that are paid already, 0 if none; more than the charge if the
	 * filter has charged more; the next call of the same charge gets 0
	 */
	long cover(Charge charge);

	/**
	 * Undoes {@link #cover} for a call that was not allowed.
	 * @param charge the charge of the call
	 * @param permits what {@code cover} returned
	 */
	void uncover(Charge charge, long permits);

	/**
	 * Records the decision about a call, for the headers of the response and for what the
	 * request holds.
	 * @param decision a decision, allowed or refused
	 * @param covered the charges of the call of which {@link #cover} used something up
	 * @return what the call holds; the caller of this method has to end it, unless the
	 * request {@linkplain #keepsOpen keeps it open}
	 */
	CallPermit record(Decision decision, List<Charge> covered);

	/**
	 * Writes the headers of the recorded decisions, unless the response is committed.
	 * Called by a thread that serves the request.
	 */
	void writeHeaders();

	/**
	 * Settles a charge when the response is complete, unless it has been settled by then.
	 * A {@linkplain Charge#isPending() pending} charge stays taken without a settlement
	 * if the outcome stays unknown: the client has disconnected before the response
	 * began, the response timed out, or the client did not accept it.
	 * @param charge a charge of an allowed decision of this request
	 * @param actual returns for the response's status how many permits the call cost,
	 * {@link #UNKNOWN} or {@link #NOT_COUNTED}
	 */
	void settleAfterResponse(Charge charge, IntToLongFunction actual);

	/**
	 * Takes over a call that continues after its method has returned, until the response
	 * is complete: the request then ends it, unless it has ended before. If the request
	 * does not take it over, the caller of this method has to end it.
	 * @param call the permit of the call
	 * @param method the method
	 * @param result the result of the call
	 * @return whether the method serves the request itself, or its result is written
	 * later; false for a publisher of another method, which the request ends only if it
	 * has not ended before
	 */
	boolean keepsOpen(CallPermit call, Method method, @Nullable Object result);

	/**
	 * Returns where the request goes to, without anything that the client has chosen.
	 * @param limit the name of a limit
	 * @return the path pattern of the handler, or else that of the first matching rule
	 * that has the limit, such as {@code /orders/{id}}; null if neither is known
	 */
	default @Nullable String path(String limit) {
		return null;
	}

	/** Finds the request that the current thread serves. */
	interface Current {

		/**
		 * Returns the current request.
		 * @return the request, null if no request is bound to this thread
		 */
		@Nullable LimitedRequest get();

	}

}
