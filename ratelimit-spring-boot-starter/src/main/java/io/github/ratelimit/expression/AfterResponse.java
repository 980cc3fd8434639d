package io.github.ratelimit.expression;

import io.github.ratelimit.limiter.LimiterFailures;
import io.github.ratelimit.permit.LimitedRequest;
import io.github.ratelimit.store.Charge;
import java.util.function.IntToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * What a limit determines after the response: whether the call is charged, and its cost.
 * An expression that fails is reported, and changes nothing. Immutable, thread-safe.
 *
 * @param countWhen whether the call counts, no if it has no value; null if it counts in
 * any case, in advance
 * @param settle the actual cost, at least 1, saturated at {@link Long#MAX_VALUE};
 * {@link LimitedRequest#UNKNOWN} if it has no value, no number, or one that is not above
 * 0: no usage is not known usage of 0; null if the cost does not change
 */
public record AfterResponse(@Nullable Expression<Boolean> countWhen, @Nullable Expression<Long> settle) {

	/**
	 * Returns the settlement of a charge when the response is complete.
	 * @param call the call
	 * @param charge the charge of the call
	 * @param limiterFailures where failures of the expressions are reported
	 * @return returns for the response's status how many permits the call cost,
	 * {@link LimitedRequest#UNKNOWN} if what was taken stays taken,
	 * {@link LimitedRequest#NOT_COUNTED} if the call is not charged
	 */
	public IntToLongFunction settlement(ExpressionRoot call, Charge charge, LimiterFailures limiterFailures) {
		return (status) -> actual(call.answered(status), charge, limiterFailures);
	}

	private long actual(ExpressionRoot call, Charge charge, LimiterFailures limiterFailures) {
		if (this.countWhen != null
				&& !evaluate(this.countWhen, call, charge, limiterFailures, true, "it was counted")) {
			return LimitedRequest.NOT_COUNTED;
		}
		return (this.settle != null) ? actualCost(this.settle, call, charge, limiterFailures) : LimitedRequest.UNKNOWN;
	}

	/**
	 * Returns the actual cost of a call that has ended.
	 * @param settle the expression for it
	 * @param call the call, {@linkplain ExpressionRoot#answered answered} or
	 * {@linkplain ExpressionRoot#returned returned}
	 * @param charge the charge of the call
	 * @param limiterFailures where failures of the expression are reported
	 * @return the permits, {@link LimitedRequest#UNKNOWN} if what was taken stays taken
	 */
	public static long actualCost(Expression<Long> settle, ExpressionRoot call, Charge charge,
			LimiterFailures limiterFailures) {
		return evaluate(settle, call, charge, limiterFailures, LimitedRequest.UNKNOWN,
				"what it had reserved stays taken");
	}

	private static <T> T evaluate(Expression<T> expression, ExpressionRoot call, Charge charge,
			LimiterFailures limiterFailures, T whenFailed, String consequence) {
		try {
			return expression.evaluate(call);
		}
		catch (Exception | StackOverflowError | LinkageError ex) {
			limiterFailures.reportUnsettled(charge.limit().name(), expression.text(), consequence, ex);
			return whenFailed;
		}
	}

}
