package io.github.ratelimit.expression;

/** A parsed expression that tells whether a call counts. Thread-safe. */
public interface ConditionExpression {

	/**
	 * Evaluates the condition.
	 * @param call the call, {@linkplain Call#answered answered}
	 * @return whether it holds; false where the expression has no value
	 * @throws Exception of any kind, where the expression fails or is neither true nor
	 * false
	 */
	boolean holds(Call call) throws Exception;

	/**
	 * Returns the expression as it was written.
	 * @return the text
	 */
	String text();

}
