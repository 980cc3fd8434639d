package io.github.ratelimit.test.provider.limits;

/** What a provider does with the charge of the admission when a request ends. */
public enum Settlement {

	/** It stays. */
	KEEP,

	/**
	 * It becomes the actual usage of the request: tokens charged in excess are given
	 * back, missing ones are charged, below 0 if necessary. In fixed windows tokens are
	 * given back only in the window in which they were charged.
	 */
	CORRECT

}
