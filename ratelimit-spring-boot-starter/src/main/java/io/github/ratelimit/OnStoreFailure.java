package io.github.ratelimit;

/** What a limit does with a call while the store that it shares with others fails. */
public enum OnStoreFailure {

	/**
	 * Counts in this instance's memory with its part of the limit: rate and burst divided
	 * by the number of instances, at least one permit. As long as the failure lasts, all
	 * instances together allow at most the limit, or one permit for each instance if that
	 * is more. What was allowed is charged when the store answers again.
	 */
	SHARE,

	/**
	 * Counts in this instance's memory with the whole limit: as long as the failure
	 * lasts, all instances together allow at most as many times the limit as there are
	 * instances. What was allowed is charged when the store answers again.
	 */
	LOCAL,

	/** Lets the call through uncounted. */
	ALLOW,

	/** Refuses the call; over HTTP with 503. */
	DENY

}
