package io.github.ratelimit.test.provider.limits;

/** What a limit counts. */
public enum LimitedUnit {

	/** Requests. */
	REQUESTS,

	/** Tokens of input and output together. */
	TOKENS,

	/** Tokens of the input. */
	INPUT_TOKENS,

	/** Tokens of the output. */
	OUTPUT_TOKENS;

	/**
	 * Returns how many permits a request takes.
	 * @param usage the tokens of the request
	 * @return the permits, 1 for {@link #REQUESTS}
	 */
	public long permits(ProviderUsage usage) {
		return switch (this) {
			case REQUESTS -> 1;
			case TOKENS -> usage.totalTokens();
			case INPUT_TOKENS -> usage.inputTokens();
			case OUTPUT_TOKENS -> usage.outputTokens();
		};
	}

}
