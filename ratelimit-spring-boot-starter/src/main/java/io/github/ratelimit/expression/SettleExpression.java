package io.github.ratelimit.expression;

import io.github.ratelimit.permit.LimitedRequest;
import io.github.ratelimit.limiter.Degradation;

/**
 * A parsed expression for the actual cost of a call. Thread-safe.
 *
 * @param text the expression as it was written
 * @param evaluation evaluates the expression
 */
public record SettleExpression(String text, Evaluation evaluation) {

	/**
	 * Evaluates the expression. A failure is reported, and the cost stays unknown.
	 * @param call the call, {@linkplain Call#answered answered} or
	 * {@linkplain Call#returned returned}
	 * @param limit the limit that counts the call
	 * @param degradation where failures are reported
	 * @return permits, at least 1, saturated at {@link Long#MAX_VALUE};
	 * {@link LimitedRequest#UNKNOWN} if the expression has no value, no number, or one
	 * that is not above 0: no usage is not known usage of 0
	 */
	public long evaluate(Call call, String limit, Degradation degradation) {
		try {
			return this.evaluation.permits(call);
		}
		catch (Exception | StackOverflowError | LinkageError ex) {
			degradation.reportUnsettled(limit, this.text, "what it had reserved stays taken", ex);
			return LimitedRequest.UNKNOWN;
		}
	}

	@Override
	public String toString() {
		return this.text;
	}

	/** Evaluates an expression that settles a call. */
	@FunctionalInterface
	public interface Evaluation {

		/**
		 * Evaluates the expression.
		 * @param call the call
		 * @return permits, at least 1; {@link LimitedRequest#UNKNOWN} if the expression
		 * has no value
		 * @throws Exception of any kind, if the expression fails: for example for a
		 * property that the value does not have
		 */
		long permits(Call call) throws Exception;

	}

}
