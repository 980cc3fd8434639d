package io.github.ratelimit;

/**
 * What a permit of a limit represents for callers, for header styles that distinguish
 * requests from tokens.
 */
public enum LimitUnit {

	/** A permit is a request. */
	REQUESTS,

	/** A permit is a token of a language model. */
	TOKENS

}
