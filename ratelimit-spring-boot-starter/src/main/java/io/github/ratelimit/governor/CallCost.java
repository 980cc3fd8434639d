package io.github.ratelimit.governor;

import io.github.ratelimit.provider.dialect.Dimension;

/**
 * The expected charge of a call at its provider: one request, and tokens.
 *
 * @param inputTokens tokens of the input, 0 to {@value #MOST_TOKENS}
 * @param outputTokens tokens of the output, 0 to {@value #MOST_TOKENS}
 */
public record CallCost(long inputTokens, long outputTokens) {

	/**
	 * More tokens than any call has. A request may ask for any number, and a response may
	 * report one; sums with such a number would no longer be exact, and other instances
	 * would not read them.
	 */
	public static final long MOST_TOKENS = 1_000_000_000;

	/** One request without tokens. */
	public static final CallCost REQUEST = new CallCost(0, 0);

	/**
	 * Creates a cost. Larger numbers of tokens are read as {@value #MOST_TOKENS}.
	 * @throws IllegalArgumentException if a number is negative
	 */
	public CallCost {
		if (inputTokens < 0 || outputTokens < 0) {
			throw new IllegalArgumentException("inputTokens=" + inputTokens + ", outputTokens=" + outputTokens
					+ ": pass numbers that are not negative.");
		}
		inputTokens = Math.min(inputTokens, MOST_TOKENS);
		outputTokens = Math.min(outputTokens, MOST_TOKENS);
	}

	/**
	 * Returns the permits of one dimension.
	 * @param dimension what is counted
	 * @return 0 or more
	 */
	public double permits(Dimension dimension) {
		return switch (dimension) {
			case REQUESTS -> 1;
			case TOKENS -> (double) this.inputTokens + this.outputTokens;
			case INPUT_TOKENS -> this.inputTokens;
			case OUTPUT_TOKENS -> this.outputTokens;
		};
	}

}
