package io.github.ratelimit.expression;

import io.github.ratelimit.limiter.Degradation;
import org.springframework.util.function.ThrowingFunction;

/**
 * A parsed expression over how a call ended: whether it is charged, or its actual cost.
 * Thread-safe.
 *
 * @param <T> the type of its value
 * @param text the expression as it was written
 * @param evaluation evaluates the expression; fails for example for a property that the
 * value does not have
 * @param whenFailed its value if the evaluation fails
 * @param consequence what that value does, the rest of a sentence in the log
 */
public record OutcomeExpression<T>(String text, ThrowingFunction<ExpressionRoot, T> evaluation, T whenFailed,
		String consequence) {

	/**
	 * Evaluates the expression. A failure is reported.
	 * @param call the call, {@linkplain ExpressionRoot#answered answered} or
	 * {@linkplain ExpressionRoot#returned returned}
	 * @param limit the limit that counts the call
	 * @param degradation where failures are reported
	 * @return the value
	 */
	public T evaluate(ExpressionRoot call, String limit, Degradation degradation) {
		try {
			return this.evaluation.applyWithException(call);
		}
		catch (Exception | StackOverflowError | LinkageError ex) {
			degradation.reportUnsettled(limit, this.text, this.consequence, ex);
			return this.whenFailed;
		}
	}

	@Override
	public String toString() {
		return this.text;
	}

}
