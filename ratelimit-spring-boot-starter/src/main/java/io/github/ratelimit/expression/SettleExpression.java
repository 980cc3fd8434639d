package io.github.ratelimit.expression;

/** A parsed expression that tells what a call turned out to cost. Thread-safe. */
public interface SettleExpression {

	/** What a call cost that cannot tell. */
	long UNKNOWN = -1;

	/**
	 * Evaluates the expression. What it throws is the application's business: a property
	 * that the value at hand does not have.
	 * @param call the call, {@linkplain Call#answered answered} or
	 * {@linkplain Call#returned returned}
	 * @return permits, at least 1, saturated at {@link Long#MAX_VALUE}; {@link #UNKNOWN}
	 * where the expression has no value, no number, or one that is not above 0: no usage
	 * is not known usage of 0
	 * @throws Exception of any kind, where the expression fails
	 */
	long evaluate(Call call) throws Exception;

	/**
	 * Returns the expression as it was written.
	 * @return the text
	 */
	String text();

}
