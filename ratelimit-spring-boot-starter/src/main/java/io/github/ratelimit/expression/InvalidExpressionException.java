package io.github.ratelimit.expression;

import java.io.Serial;

/**
 * Thrown at start-up for an invalid expression: it cannot be parsed, or names something
 * that does not exist. The message contains the mistake and a correction.
 */
public class InvalidExpressionException extends IllegalArgumentException {

	@Serial
	private static final long serialVersionUID = 1L;

	private final String expression;

	private final String problem;

	private final String remedy;

	/**
	 * Creates the exception.
	 * @param expression the expression as it was written
	 * @param problem the mistake, as the end of a sentence that begins with the
	 * expression
	 * @param remedy what to write instead, a sentence
	 */
	public InvalidExpressionException(String expression, String problem, String remedy) {
		super("Expression '" + expression + "' " + problem + ". " + remedy);
		this.expression = expression;
		this.problem = problem;
		this.remedy = remedy;
	}

	/**
	 * Returns the expression as it was written.
	 * @return the refused text
	 */
	public String expression() {
		return this.expression;
	}

	/**
	 * Returns the mistake, as the end of a sentence that begins with the expression.
	 * @return the broken rule
	 */
	public String problem() {
		return this.problem;
	}

	/**
	 * Returns the correction.
	 * @return a sentence
	 */
	public String remedy() {
		return this.remedy;
	}

}
