package io.github.ratelimit.governor;

import io.github.ratelimit.provider.dialect.Dimension;

/**
 * The expected charge of a call at its provider: one request, and tokens.
 *
 * @param inputTokens tokens of the input
 * @param outputTokens tokens of the output
 */
public record CallCost(long inputTokens, long outputTokens) {

	/** One request without tokens. */
	public static final CallCost REQUEST = new CallCost(0, 0);

	/**
	 * Creates a cost.
	 * @throws IllegalArgumentException if a number is negative
	 */
	public CallCost {
		if (inputTokens < 0 || outputTokens < 0) {
			throw new IllegalArgumentException("inputTokens=" + inputTokens + ", outputTokens=" + outputTokens
					+ ": pass numbers that are not negative.");
		}
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
