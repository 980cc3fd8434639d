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
final class InFlightByKey<T extends InFlightByKey.State> {

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

	/**
	 * State of one key that its in-flight calls share. It is dropped only while it is
	 * idle, and not used afterwards: a caller that finds it dropped requests its
	 * successor. Thread-safe.
	 */
	abstract static class State {

		private boolean idleBefore;

		private boolean over;

		/** Returns whether the state can be dropped without loss; requires the lock. */
		abstract boolean isIdle();

		/** Notes a use and returns false if the state is dropped; requires the lock. */
		final boolean use() {
			this.idleBefore = false;
			return !this.over;
		}

		/** Drops the state if it was not used since the last call and is idle. */
		final synchronized boolean retire() {
			this.over = this.idleBefore && isIdle();
			this.idleBefore = true;
			return this.over;
		}

	}

}
