package io.github.ratelimit.provider.dialect;

/** What a provider counts. */
public enum Dimension {

	/** Requests. */
	REQUESTS,

	/** Tokens of input and output together. */
	TOKENS,

	/** Tokens of the input. */
	INPUT_TOKENS,

	/** Tokens of the output. */
	OUTPUT_TOKENS

}
