package io.github.ratelimit.method;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;

import io.github.ratelimit.CallPermit;
import io.github.ratelimit.Charge;
import io.github.ratelimit.DecisionScope;
import io.github.ratelimit.Degradation;
import io.github.ratelimit.expression.Call;
import io.github.ratelimit.expression.SettleExpression;
import org.jspecify.annotations.Nullable;

/**
 * What is to be done when an allowed call is over: settle it by its result, and free its
 * places. The call itself never fails by it. Thread-safe.
 */
final class CallEnd {

	private final CallPermit permit;

	private final List<Settlement> settlements;

	private final Call call;

	private final @Nullable DecisionScope scope;

	private final Degradation degradation;

	/** What the elements of a publisher have said so far, by settlement. */
	private final long[] seen;

	private volatile boolean keptOpen;

	private boolean produced;

	CallEnd(CallPermit permit, List<Settlement> settlements, Call call, @Nullable DecisionScope scope,
			Degradation degradation) {
		this.permit = permit;
		this.settlements = settlements;
		this.call = call;
		this.scope = scope;
		this.degradation = degradation;
		this.seen = new long[settlements.size()];
		Arrays.fill(this.seen, DecisionScope.UNKNOWN);
	}

	/**
	 * Hands the call over to its request, if that knows better when it is over. A request
	 * that cannot tell does not keep it.
	 */
	void leave(Method method, @Nullable Object result) {
		try {
			this.keptOpen = this.scope != null && this.scope.keepsOpen(this.permit, method, result);
		}
		catch (RuntimeException | LinkageError ex) {
			this.degradation.report(List.of(), ex);
		}
	}

	/** The method has thrown. */
	void threw(Method method) {
		leave(method, null);
		failed();
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
	void failed() {
		if (!this.keptOpen) {
			this.permit.fail();
		}
	}

	/**
	 * Nobody waits for the call any more. What it did until then is paid by what it
	 * reserved.
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

	/** All elements have been produced, or nobody wants more of them. */
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
		Settlement settlement = this.settlements.get(index);
		return settlement.actual()
			.evaluate(this.call.returned(value), settlement.charge().limit().name(), this.degradation);
	}

	/**
	 * What tells the actual cost of a charge.
	 *
	 * @param charge the charge
	 * @param actual the expression
	 */
	record Settlement(Charge charge, SettleExpression actual) {

	}

}
