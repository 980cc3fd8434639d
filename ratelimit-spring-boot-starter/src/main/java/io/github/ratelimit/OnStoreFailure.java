package io.github.ratelimit;

/** What a limit does with a call while the store that it shares with others fails. */
public enum OnStoreFailure {

	/**
	 * Counts in this instance's memory: as long as the failure lasts, instances together
	 * allow at most as many times the limit as there are instances.
	 */
	LOCAL,

	/** Lets the call through uncounted. */
	ALLOW,

	/** Refuses the call; over HTTP with 503. */
	DENY

}
