package io.github.ratelimit.store.redis;

/** Takes down what calls have got and Redis has not been charged. Thread-safe. */
@FunctionalInterface
interface OwedPermits {

	/**
	 * Adds permits, to be charged as soon as Redis takes it.
	 * @param key whose
	 * @param terms of which limit
	 * @param permits how many, at least 1
	 */
	void add(KnownKey key, LimitTerms terms, long permits);

}
