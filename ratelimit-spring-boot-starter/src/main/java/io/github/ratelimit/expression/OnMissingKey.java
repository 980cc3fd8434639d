package io.github.ratelimit.expression;

/**
 * What happens to a call that has no value for any of a limit's keys. Never a silent
 * bucket that such calls share.
 */
public enum OnMissingKey {

	/** The call is counted by the client's address; without a request it is denied. */
	IP,

	/** The limit does not concern the call. */
	SKIP,

	/** The call is refused with 403. */
	DENY

}
