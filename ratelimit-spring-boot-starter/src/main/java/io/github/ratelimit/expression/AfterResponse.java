package io.github.ratelimit.expression;

import java.util.function.IntToLongFunction;

import io.github.ratelimit.store.Charge;
import io.github.ratelimit.permit.LimitedRequest;
import io.github.ratelimit.limiter.Degradation;
import org.jspecify.annotations.Nullable;

/**
 * What a limit determines after the response: whether the call is charged, and its cost.
 * Immutable, thread-safe.
 *
 * @param countWhen whether the call counts, no if it has no value; null if it counts in
 * any case, in advance
 * @param settle the actual cost, at least 1, saturated at {@link Long#MAX_VALUE};
 * {@link LimitedRequest#UNKNOWN} if it has no value, no number, or one that is not above
 * 0: no usage is not known usage of 0; null if the cost does not change
 */
public record AfterResponse(@Nullable OutcomeExpression<Boolean> countWhen, @Nullable OutcomeExpression<Long> settle) {

	/**
	 * Returns the settlement of a charge when the response is complete.
	 * @param call the call
	 * @param charge the charge of the call
	 * @param degradation where failures of the expressions are reported
	 * @return returns for the response's status how many permits the call cost,
	 * {@link LimitedRequest#UNKNOWN} if what was taken stays taken,
	 * {@link LimitedRequest#NOT_COUNTED} if the call is not charged
	 */
	public IntToLongFunction settlement(ExpressionRoot call, Charge charge, Degradation degradation) {
		return (status) -> actual(call.answered(status), charge.limit().name(), degradation);
	}

	private long actual(ExpressionRoot call, String limit, Degradation degradation) {
		if (this.countWhen != null && !this.countWhen.evaluate(call, limit, degradation)) {
			return LimitedRequest.NOT_COUNTED;
		}
		return (this.settle != null) ? this.settle.evaluate(call, limit, degradation) : LimitedRequest.UNKNOWN;
	}

}
