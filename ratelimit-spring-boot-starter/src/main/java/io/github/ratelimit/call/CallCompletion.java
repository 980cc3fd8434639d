package io.github.ratelimit.call;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToLongFunction;

import io.github.ratelimit.permit.CallPermit;
import io.github.ratelimit.store.Charge;
import io.github.ratelimit.permit.LimitedRequest;
import io.github.ratelimit.limiter.Degradation;
import org.jspecify.annotations.Nullable;

/**
 * What is to be done when an allowed call is over: settle it by its result, and free its
 * slots. The call itself never fails by it. Thread-safe.
 */
public final class CallCompletion {

	private final CallPermit permit;

	private final List<Settlement> settlements;

	private final @Nullable LimitedRequest scope;

	private final Degradation degradation;

	/** What the elements of a publisher have said so far, by settlement. */
	private final long[] seen;

	private volatile boolean keptOpen;

	private boolean produced;

	/**
	 * Creates it for an allowed call.
	 * @param permit what the call holds
	 * @param settlements what tells the actual costs of its charges
	 * @param scope the request that the call serves, null if there is none
	 * @param degradation where failures are reported
	 */
	public CallCompletion(CallPermit permit, List<Settlement> settlements, @Nullable LimitedRequest scope,
			Degradation degradation) {
		this.permit = permit;
		this.settlements = settlements;
		this.scope = scope;
		this.degradation = degradation;
		this.seen = new long[settlements.size()];
		Arrays.fill(this.seen, LimitedRequest.UNKNOWN);
	}

	/**
	 * Leaves the call to its request, if the request knows better when the call is over.
	 * A request that cannot tell does not keep it.
	 * @param method the method
	 * @param result what it returned, null if it has thrown
	 */
	public void leaveToRequest(Method method, @Nullable Object result) {
		try {
			this.keptOpen = this.scope != null && this.scope.keepsOpen(this.permit, method, result);
		}
		catch (RuntimeException | LinkageError ex) {
			this.degradation.report(List.of(), ex);
		}
	}

	/** The call has done its work, and this is what came of it. */
	void returned(@Nullable Object value) {
		for (int i = 0; i < this.settlements.size(); i++) {
			settle(i, actual(i, value));
		}
		if (!this.keptOpen) {
			this.permit.close();
		}
	}

	/** The call has failed. */
	public void failed() {
		if (!this.keptOpen) {
			this.permit.fail();
		}
	}

	/**
	 * The call was cancelled or ran out of time. What it did until then is paid by what
	 * it reserved.
	 */
	void abandoned() {
		if (!this.keptOpen) {
			this.permit.close();
		}
	}

	/** An element of what the call produces. */
	synchronized void produced(Object element) {
		this.produced = true;
		for (int i = 0; i < this.settlements.size(); i++) {
			long actual = actual(i, element);
			this.seen[i] = (actual >= 0) ? actual : this.seen[i];
		}
	}

	/** All elements have been produced, or the subscriber wants no more of them. */
	void completed() {
		settleBySeen();
		this.permit.close();
	}

	/** What the call produces has broken off. What has been produced before is paid. */
	synchronized void brokeOff() {
		settleBySeen();
		if (this.produced) {
			this.permit.close();
		}
		else {
			this.permit.fail();
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
	 * What tells the actual cost of a charge.
	 *
	 * @param charge the charge
	 * @param actual tells by what the call returned or produced how many permits it cost,
	 * {@link LimitedRequest#UNKNOWN} if it does not tell; never fails
	 */
	public record Settlement(Charge charge, ToLongFunction<@Nullable Object> actual) {

	}

}
