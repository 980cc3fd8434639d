package io.github.ratelimit;

import java.io.Serial;

/**
 * Thrown for an invalid rate: not of the form
 * {@code <permits>/<period>[ burst <permits>]}, or with numbers that cannot be counted
 * exactly; and for an invalid {@link Penalty}. The message contains the mistake and a
 * correction.
 */
public class InvalidRateException extends RateLimitException {

	@Serial
	private static final long serialVersionUID = 1L;

	private final String value;

	private final String problem;

	private final String remedy;

	/**
	 * Creates the exception.
	 * @param value the rate as it was written
	 * @param problem the mistake, as the end of a sentence that begins with the value
	 * @param remedy what to write instead, a sentence
	 */
	public InvalidRateException(String value, String problem, String remedy) {
		this("Rate", value, problem, remedy);
	}

	InvalidRateException(String what, String value, String problem, String remedy) {
		super(what + " '" + value + "' " + problem + ". " + remedy);
		this.value = value;
		this.problem = problem;
		this.remedy = remedy;
	}

	/**
	 * Returns the rate as it was written.
	 * @return the refused text
	 */
	public String value() {
		return this.value;
	}

	/**
	 * Returns the mistake, as the end of a sentence that begins with the value.
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
