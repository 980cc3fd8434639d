package io.github.ratelimit.test.provider.limits;

/** What a provider does with the charge of the admission when a request ends. */
public enum Settlement {

	/** It stays. */
	KEEP,

	/**
	 * It becomes what the request really used: tokens charged in excess come back,
	 * missing ones are charged, below 0 if need be. In fixed windows tokens come back
	 * only in the window in which they were charged.
	 */
	CORRECT

}
