package io.github.ratelimit;

/** What a limit does with a call while its shared store fails. */
public enum OnStoreFailure {

	/**
	 * Counts in this instance's memory with its part of the limit: rate and burst divided
	 * by the number of instances, at least one permit. During the failure, all instances
	 * together allow at most the limit, or one permit for each instance if that is more.
	 * What was allowed is charged when the store answers again.
	 */
	SHARE,

	/**
	 * Counts in this instance's memory with the whole limit: during the failure, all
	 * instances together allow at most the limit times the number of instances. What was
	 * allowed is charged when the store answers again.
	 */
	LOCAL,

	/** Lets the call through uncounted, unless its key is known to be banned. */
	ALLOW,

	/** Refuses the call; over HTTP with 503. */
	DENY

}
