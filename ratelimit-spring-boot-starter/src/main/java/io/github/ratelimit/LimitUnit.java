package io.github.ratelimit;

/**
 * What a limit's permits are to its callers, for header styles that tell requests from
 * tokens.
 */
public enum LimitUnit {

	/** A permit is a request. */
	REQUESTS,

	/** A permit is a token of a language model. */
	TOKENS

}
