package io.github.ratelimit.store.redis.local;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What calls of the keys of one limit have under way, by the id of the key, and one for
 * each: also where a key is pushed out of those that were seen lately, and comes back, in
 * two threads at once. It is as much as calls have under way, and what was not dropped
 * yet. Thread-safe.
 *
 * @param <T> what they have
 */
final class InFlightByKey<T extends InFlightState> {

	private final ConcurrentMap<String, T> byId = new ConcurrentHashMap<>();

	private final Supplier<T> create;

	InFlightByKey(Supplier<T> create) {
		this.create = create;
	}

	T of(String keyId) {
		T kept = this.byId.get(keyId);
		return (kept != null) ? kept : this.byId.computeIfAbsent(keyId, (id) -> this.create.get());
	}

	@Nullable T find(String keyId) {
		return this.byId.get(keyId);
	}

	void remove(String keyId) {
		this.byId.remove(keyId);
	}

	/** Drops what was idle the last time, and is. */
	void dropIdle() {
		for (String keyId : this.byId.keySet()) {
			this.byId.computeIfPresent(keyId, (id, kept) -> kept.retire() ? null : kept);
		}
	}

}
