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

	public static LimitHandle of(Limit limit) {
		return HANDLES.computeIfAbsent(limit, Handles::create);
	}

	private static LimitHandle create(Limit limit) {
		RegisteredLimit registered = RegisteredLimit.of(LimitSettings.of(limit));
		return limit.name().endsWith("..ban") ? new LimitHandle(registered, limit, LimitHandle.Purpose.BANS)
				: registered.handle();
	}

	@Override
	public void afterEach(ExtensionContext context) {
		HANDLES.clear();
	}

}
