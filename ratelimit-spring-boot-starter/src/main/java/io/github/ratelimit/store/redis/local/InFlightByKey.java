package io.github.ratelimit.store.redis.local;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The states that in-flight calls share, by the id of the key, one for each key: even if
 * one thread evicts a remembered key while another adds it again. The size is the number
 * of keys with calls in flight, plus states that are not dropped yet. Thread-safe.
 *
 * @param <T> the state
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

	/** Drops states that were idle at the last call and still are. */
	void dropIdle() {
		for (String keyId : this.byId.keySet()) {
			this.byId.computeIfPresent(keyId, (id, kept) -> kept.retire() ? null : kept);
		}
	}

}
