package io.github.ratelimit.store.redis;

import io.github.ratelimit.Limit;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * The terms of the limits that are in use, several of one name where it has plans.
 * Bounded: what is dropped is made again. Thread-safe.
 */
final class KnownTerms {

	private static final int MOST = 10_000;

	private final ConcurrentMap<Limit, LimitTerms> known = new ConcurrentHashMap<>();

	private final Duration slotLease;

	KnownTerms(Duration slotLease) {
		this.slotLease = slotLease;
	}

	/**
	 * Returns the terms of a limit.
	 * @throws IllegalArgumentException if it cannot be counted exactly
	 */
	LimitTerms of(Limit limit) {
		LimitTerms terms = this.known.get(limit);
		if (terms != null) {
			return terms;
		}
		if (this.known.size() >= MOST) {
			this.known.clear();
		}
		return this.known.computeIfAbsent(limit, (key) -> LimitTerms.of(key, this.slotLease));
	}

}
