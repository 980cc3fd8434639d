package io.github.ratelimit.expression;

import io.github.ratelimit.limiter.Degradation;

/**
 * A parsed expression over how a call ended: whether it is charged, or its actual cost.
 * Thread-safe.
 *
 * @param <T> the type of its value
 * @param text the expression as it was written
 * @param evaluation evaluates the expression
 * @param whenFailed its value if the evaluation fails
 * @param consequence what that value does, the rest of a sentence in the log
 */
public record OutcomeExpression<T>(String text, Evaluation<T> evaluation, T whenFailed, String consequence) {

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
			return this.evaluation.evaluate(call);
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

	/**
	 * Evaluates an expression.
	 *
	 * @param <T> the type of its value
	 */
	@FunctionalInterface
	public interface Evaluation<T> {

		/**
		 * Evaluates the expression.
		 * @param call the call
		 * @return the value
		 * @throws Exception of any kind, if the expression fails: for example for a
		 * property that the value does not have
		 */
		T evaluate(ExpressionRoot call) throws Exception;

	}

}
