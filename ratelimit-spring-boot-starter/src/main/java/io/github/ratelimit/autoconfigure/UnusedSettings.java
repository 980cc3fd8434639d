package io.github.ratelimit.autoconfigure;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Settings of a store that instances share, where each instance keeps its own. */
final class UnusedSettings {

	private static final String STORE = "ratelimit.store";

	private static final String ON_STORE_FAILURE = "on-store-failure";

	private UnusedSettings() {
	}

	/**
	 * Returns whether a value of {@value #STORE} asks for Redis, in any spelling that
	 * Boot takes.
	 */
	static boolean isRedis(@Nullable String store) {
		return store != null && PropertyPath.uniform(store).equals("redis");
	}

	/**
	 * Looks for settings that nothing reads.
	 * @param store the value of {@value #STORE}, null if it is not set
	 * @param matches the properties that win
	 * @return a line that names them, null if there are none
	 */
	static @Nullable String find(@Nullable String store, Collection<PropertyMatch> matches) {
		if (isRedis(store)) {
			return null;
		}
		List<String> unused = new ArrayList<>();
		for (PropertyMatch match : matches) {
			if (match.name().startsWith("ratelimit.redis.") || match.deepest().name().equals(ON_STORE_FAILURE)) {
				unused.add(match.name() + " (" + match.property().place() + ")");
			}
		}
		return unused.isEmpty() ? null : "Permits are kept in memory (" + STORE + " is memory), so these properties "
				+ "have no effect: " + String.join(", ", unused);
	}

}
