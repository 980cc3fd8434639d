package io.github.ratelimit.governor;

import io.github.ratelimit.provider.dialect.Dimension;

/**
 * The expected charge of a call at its provider: one request, and tokens.
 *
 * @param inputTokens tokens of the input, 0 or more
 * @param outputTokens tokens of the output, 0 to {@value #MOST_OUTPUT}
 */
public record CallCost(long inputTokens, long outputTokens) {

	/**
	 * More tokens than any response has. A request may ask for any number, and a response
	 * may report one; sums with such a number would no longer be exact.
	 */
	public static final long MOST_OUTPUT = 1_000_000_000;

	/** How many tokens of an input are charged at most, for the same reason. */
	public static final long MOST_INPUT = 1_000_000_000_000L;

	static final Dimension[] DIMENSIONS = Dimension.values();

	/** One request without tokens. */
	public static final CallCost REQUEST = new CallCost(0, 0);

	/**
	 * Creates a cost. A longer output is read as one of {@value #MOST_OUTPUT} tokens.
	 * @throws IllegalArgumentException if a number is negative
	 */
	public CallCost {
		if (inputTokens < 0 || outputTokens < 0) {
			throw new IllegalArgumentException("inputTokens=" + inputTokens + ", outputTokens=" + outputTokens
					+ ": pass numbers that are not negative.");
		}
		outputTokens = Math.min(outputTokens, MOST_OUTPUT);
	}

	/**
	 * Returns the permits of one dimension that the call is charged.
	 * @param dimension what is counted
	 * @return 0 or more
	 */
	public double permits(Dimension dimension) {
		return permits(dimension, 1, Math.min(this.inputTokens, MOST_INPUT), this.outputTokens);
	}

	/** Adds the permits of all dimensions to sums, or takes them away. */
	void addTo(double[] sums, int offset, int sign) {
		for (Dimension dimension : DIMENSIONS) {
			sums[offset + dimension.ordinal()] += sign * permits(dimension);
		}
	}

	static double permits(Dimension dimension, double requests, double inputTokens, double outputTokens) {
		return switch (dimension) {
			case REQUESTS -> requests;
			case TOKENS -> inputTokens + outputTokens;
			case INPUT_TOKENS -> inputTokens;
			case OUTPUT_TOKENS -> outputTokens;
		};
	}

}
