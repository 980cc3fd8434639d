package io.github.ratelimit.expression;

import java.util.function.IntToLongFunction;

import io.github.ratelimit.Charge;
import io.github.ratelimit.DecisionScope;
import io.github.ratelimit.Degradation;
import org.jspecify.annotations.Nullable;

/**
 * What a limit finds out after the response: whether the call counts, and how much it
 * cost. Immutable, thread-safe.
 *
 * @param countWhen when the call counts; null if it counts in any case, in advance
 * @param settle what it cost; null for what was asked for before
 */
public record AfterResponse(@Nullable ConditionExpression countWhen, @Nullable SettleExpression settle) {

	/**
	 * Returns what settles a charge when the response is complete.
	 * @param call the call
	 * @param charge what the call was charged
	 * @param degradation where failures of the expressions are reported
	 * @return tells by the response's status how many permits the call cost,
	 * {@link DecisionScope#UNKNOWN} if what was taken stays taken,
	 * {@link DecisionScope#NOT_COUNTED} if the call does not count
	 */
	public IntToLongFunction settlement(Call call, Charge charge, Degradation degradation) {
		return (status) -> actual(call.answered(status), charge, degradation);
	}

	private long actual(Call call, Charge charge, Degradation degradation) {
		String limit = charge.limit().name();
		if (this.countWhen != null && !counts(this.countWhen, call, limit, degradation)) {
			return DecisionScope.NOT_COUNTED;
		}
		long actual = (this.settle != null) ? cost(this.settle, call, limit, degradation) : SettleExpression.UNKNOWN;
		return (actual < 0) ? DecisionScope.UNKNOWN : actual;
	}

	/** Who cannot tell whether a call counts counts it. */
	private static boolean counts(ConditionExpression condition, Call call, String limit, Degradation degradation) {
		try {
			return condition.holds(call);
		}
		catch (Exception | StackOverflowError | LinkageError ex) {
			degradation.reportUntold(limit, condition.text(), "it was counted", ex);
			return true;
		}
	}

	private static long cost(SettleExpression settle, Call call, String limit, Degradation degradation) {
		try {
			return settle.evaluate(call);
		}
		catch (Exception | StackOverflowError | LinkageError ex) {
			degradation.reportUntold(limit, settle.text(), "what it had reserved stays taken", ex);
			return SettleExpression.UNKNOWN;
		}
	}

}
