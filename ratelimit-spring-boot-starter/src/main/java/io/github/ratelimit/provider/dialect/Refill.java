package io.github.ratelimit.provider.dialect;

/** How the permits of a provider's limit refill. */
public enum Refill {

	/** A little at a time: a token bucket that is full after one window. */
	CONTINUOUS,

	/** All at once when a window ends. */
	FIXED_WINDOW

}
