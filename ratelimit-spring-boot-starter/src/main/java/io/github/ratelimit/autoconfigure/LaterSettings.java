package io.github.ratelimit.autoconfigure;

import java.util.List;

/**
 * Settings that are described but not built: they fail start-up, because a limit that is
 * ignored is worse than none.
 */
final class LaterSettings {

	private static final String PROBLEM = "is a setting that this version does not have yet";

	private static final List<String> OF_LIMITS = List.of();

	private LaterSettings() {
	}

	static void addTo(KnownProperty root) {
		KnownProperty limit = KnownProperty.limitOf(root);
		OF_LIMITS.forEach((name) -> limit.add(KnownProperty.later(name)));
	}

	static InvalidConfigurationException refuse(String property, String value) {
		return new InvalidConfigurationException(property, value, PROBLEM, "Remove it.");
	}

}
