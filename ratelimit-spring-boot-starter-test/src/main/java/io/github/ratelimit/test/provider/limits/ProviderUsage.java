package io.github.ratelimit.test.provider.limits;

/**
 * The tokens of one request.
 *
 * @param inputTokens the tokens of the input, 0 or more
 * @param outputTokens the tokens of the output, 0 or more
 */
public record ProviderUsage(long inputTokens, long outputTokens) {

	/** No tokens. */
	public static final ProviderUsage NONE = new ProviderUsage(0, 0);

	/** Creates a usage. */
	public ProviderUsage {
		if (inputTokens < 0 || outputTokens < 0) {
			throw new IllegalArgumentException("Tokens must not be negative: " + inputTokens + ", " + outputTokens);
		}
	}

	/**
	 * Returns the tokens of input and output together.
	 * @return the sum
	 */
	public long totalTokens() {
		return this.inputTokens + this.outputTokens;
	}

}
