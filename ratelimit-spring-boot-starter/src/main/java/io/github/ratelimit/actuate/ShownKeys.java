package io.github.ratelimit.actuate;

import io.github.ratelimit.Key;
import io.github.ratelimit.store.KeyState;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The keys that pages of the endpoint have shown lately, by their ids, which lead back to
 * no key otherwise. Bounded. Thread-safe.
 */
final class ShownKeys {

	private static final int MAX = 10_000;

	private final Map<String, Key> byId = new LinkedHashMap<>(16, 0.75f, true) {

		@Override
		protected boolean removeEldestEntry(Map.Entry<String, Key> eldest) {
			return size() > MAX;
		}

	};

	synchronized void add(KeyState shown) {
		if (shown.known() != null) {
			this.byId.put(shown.key().id(), shown.known());
		}
	}

	synchronized @Nullable Key find(String id) {
		return this.byId.get(id);
	}

}
