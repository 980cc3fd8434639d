package io.github.ratelimit.store;

/** The result of a {@linkplain LimitStore#block block}. */
public enum BlockResult {

	/** The key was not blocked before, and is now. */
	STARTED,

	/** The key was blocked before, and is until the later of both times. */
	ALREADY_BLOCKED,

	/** The store has no room for another block: the key is not blocked. */
	NO_ROOM,

	/** The time has passed: nothing has changed. */
	PASSED

}
