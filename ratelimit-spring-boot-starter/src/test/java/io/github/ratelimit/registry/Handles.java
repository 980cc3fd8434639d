package io.github.ratelimit.registry;

import io.github.ratelimit.Limit;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Handles of limits that are in no registry, for tests that use a store by itself: during
 * one test equal limits have one handle.
 */
public final class Handles implements AfterEachCallback {

	private static final Map<Limit, LimitHandle> HANDLES = new ConcurrentHashMap<>();

	private static final Map<Limit, LimitHandle> BLOCKABLE = new ConcurrentHashMap<>();

	public static LimitHandle of(Limit limit) {
		return HANDLES.computeIfAbsent(limit, LimitHandle::of);
	}

	/** Returns the handle of a limit whose keys can be blocked. */
	public static LimitHandle blockable(Limit limit) {
		return BLOCKABLE.computeIfAbsent(limit,
				(same) -> RegisteredLimit.of(LimitSettings.of(same).withBlockable(true)).handle());
	}

	@Override
	public void afterEach(ExtensionContext context) {
		HANDLES.clear();
		BLOCKABLE.clear();
	}

}
