package io.github.ratelimit.call;

import io.github.ratelimit.limiter.LimiterFailures;
import io.github.ratelimit.permit.CallPermit;
import io.github.ratelimit.permit.LimitedRequest;
import io.github.ratelimit.store.Charge;
import io.github.ratelimit.store.ChargeDecision;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Completes an allowed call: settles it by its result, and releases its slots. The call
 * itself never fails because of it. Thread-safe.
 */
public final class CallCompletion {

	private final CallPermit permit;

	private final List<Settlement> settlements;

	private final @Nullable LimitedRequest scope;

	private final LimiterFailures limiterFailures;

	/** The costs that the elements of a publisher have reported so far, by settlement. */
	private final long[] seen;

	private volatile boolean keptOpen;

	private boolean produced;

	/**
	 * Creates it for an allowed call.
	 * @param permit what the call holds
	 * @param settlements determine the actual costs of its charges
	 * @param scope the request that the call serves, null if there is none
	 * @param limiterFailures where failures are reported
	 */
	public CallCompletion(CallPermit permit, List<Settlement> settlements, @Nullable LimitedRequest scope,
			LimiterFailures limiterFailures) {
		this.permit = permit;
		this.settlements = settlements;
		this.scope = scope;
		this.limiterFailures = limiterFailures;
		this.seen = new long[settlements.size()];
		Arrays.fill(this.seen, LimitedRequest.UNKNOWN);
	}

	/**
	 * Leaves the completion to the request, if that has better information about the end
	 * of the call. A request without such information does not accept it.
	 * @param method the method
	 * @param result what it returned, null if it has thrown
	 */
	public void leaveToRequest(Method method, @Nullable Object result) {
		try {
			this.keptOpen = this.scope != null && this.scope.keepsOpen(this.permit, method, result);
		}
		catch (RuntimeException | LinkageError ex) {
			this.limiterFailures.report(List.of(), ex);
		}
	}

	/**
	 * Returns what the call passes on to what it calls.
	 * @return mostly nothing
	 */
	public List<ChargeDecision> passedOn() {
		return this.permit.passedOn();
	}

	/** Notes that a future has completed, with a value or a failure. */
	void ended(@Nullable Object value, @Nullable Throwable failure) {
		Throwable cause = (failure instanceof CompletionException && failure.getCause() != null) ? failure.getCause()
				: failure;
		if (cause == null) {
			returned(value);
		}
		else if (isAbandoned(cause)) {
			this.permit.close();
		}
		else {
			failed();
		}
	}

	/**
	 * Returns whether a call has not failed, but was given up: it may have cost what it
	 * reserved.
	 */
	private static boolean isAbandoned(Throwable failure) {
		return failure instanceof CancellationException || failure instanceof TimeoutException;
	}

	/** Notes that the call has returned with this value. */
	void returned(@Nullable Object value) {
		for (int i = 0; i < this.settlements.size(); i++) {
			settle(i, actual(i, value));
		}
		close();
	}

	private void close() {
		if (!this.keptOpen) {
			this.permit.close();
		}
	}

	/** Notes that the call has failed. */
	public void failed() {
		if (!this.keptOpen) {
			this.permit.fail();
		}
	}

	/** Notes an element that the call has produced. */
	synchronized void produced(Object element) {
		this.produced = true;
		for (int i = 0; i < this.settlements.size(); i++) {
			long actual = actual(i, element);
			this.seen[i] = (actual >= 0) ? actual : this.seen[i];
		}
	}

	/**
	 * Notes that all elements have been produced, or that the subscriber has cancelled.
	 */
	void completed() {
		settleBySeen();
		close();
	}

	/**
	 * Notes that the production has ended with a failure. Elements before the failure are
	 * charged.
	 */
	synchronized void brokeOff(Throwable failure) {
		settleBySeen();
		if (isAbandoned(failure)) {
			this.permit.close();
		}
		else if (this.produced) {
			close();
		}
		else {
			failed();
		}
	}

	private synchronized void settleBySeen() {
		for (int i = 0; i < this.settlements.size(); i++) {
			settle(i, this.seen[i]);
		}
	}

	private void settle(int index, long actual) {
		if (actual >= 0) {
			this.permit.settle(this.settlements.get(index).charge(), actual);
		}
	}

	private long actual(int index, @Nullable Object value) {
		return this.settlements.get(index).actual().applyAsLong(value);
	}

	/**
	 * The source of the actual cost of a charge.
	 *
	 * @param charge the charge
	 * @param actual returns the number of permits that the call cost, from what it
	 * returned or produced; {@link LimitedRequest#UNKNOWN} if that is unknown; never
	 * fails
	 */
	public record Settlement(Charge charge, ToLongFunction<@Nullable Object> actual) {

	}

}
