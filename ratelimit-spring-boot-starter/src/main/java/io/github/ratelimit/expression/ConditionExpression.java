package io.github.ratelimit.expression;

import io.github.ratelimit.limiter.Degradation;

/**
 * A parsed expression for whether a call is charged. Thread-safe.
 *
 * @param text the expression as it was written
 * @param evaluation evaluates the condition
 */
public record ConditionExpression(String text, Evaluation evaluation) {

	/**
	 * Evaluates the condition. A failure is reported, and the call is charged.
	 * @param call the call, {@linkplain Call#answered answered}
	 * @param limit the limit that counts the call
	 * @param degradation where failures are reported
	 * @return whether the condition holds; false if the expression has no value
	 */
	public boolean holds(Call call, String limit, Degradation degradation) {
		try {
			return this.evaluation.holds(call);
		}
		catch (Exception | StackOverflowError | LinkageError ex) {
			degradation.reportUnsettled(limit, this.text, "it was counted", ex);
			return true;
		}
	}

	@Override
	public String toString() {
		return this.text;
	}

	/** Evaluates a condition. */
	@FunctionalInterface
	public interface Evaluation {

		/**
		 * Evaluates the condition.
		 * @param call the call
		 * @return whether it holds; false if the expression has no value
		 * @throws Exception of any kind, if the expression fails or is neither true nor
		 * false
		 */
		boolean holds(Call call) throws Exception;

	}

}
