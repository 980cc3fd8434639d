package io.github.ratelimit.expression;

/**
 * What happens to a call without a value for any of a limit's keys. Such calls never
 * share a bucket silently.
 */
public enum OnMissingKey {

	/** The call is counted by the client's address; without a request it is denied. */
	IP,

	/** The limit does not apply to the call. */
	SKIP,

	/** The call is refused with 403. */
	DENY

}
