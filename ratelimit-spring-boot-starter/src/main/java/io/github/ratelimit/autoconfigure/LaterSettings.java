package io.github.ratelimit.autoconfigure;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Settings that are described but not built: they fail start-up, because a limit that is
 * ignored is worse than none.
 */
final class LaterSettings {

	private static final String PROBLEM = "is a setting that this version does not have yet";

	private static final List<String> OF_ALL = List.of("on-store-failure", "redis");

	private static final List<String> OF_LIMITS = List.of("max-concurrent", "plan", "plans", "segments", "max-wait",
			"max-waiting", "count-when", "unit", "mode", "on-store-failure", "lease", "settle", "max-debt",
			"ban-after");

	/** Values by the names of the properties that will take them. */
	private static final Map<String, Set<String>> VALUES = Map.of("mode", Set.of("shadow"), "store", Set.of("redis"),
			"algorithm", Set.of("fixed-window", "sliding-window", "sliding-window-counter", "sliding-window-log"),
			"headers", Set.of("openai", "anthropic"), "body", Set.of("anthropic"));

	private LaterSettings() {
	}

	static void addTo(KnownProperty root) {
		OF_ALL.forEach((name) -> root.add(KnownProperty.later(name)));
		KnownProperty limit = KnownProperty.limitOf(root);
		OF_LIMITS.forEach((name) -> limit.add(KnownProperty.later(name)));
	}

	static InvalidConfigurationException refuse(String property, String value) {
		String remedy = property.endsWith(".max-concurrent")
				? "Remove it and give the limit a rate, for example 10/min." : "Remove it.";
		return new InvalidConfigurationException(property, value, PROBLEM, remedy);
	}

	/**
	 * Returns the exception for a value that a later version will have.
	 * @param property the property's full name
	 * @param known the property
	 * @param value its value
	 * @param instead the values that this version has
	 * @return the exception, null if the value is none of a later version
	 */
	static @Nullable InvalidConfigurationException refuseValue(String property, KnownProperty known, String value,
			Collection<String> instead) {
		String uniform = PropertyPath.uniform(value);
		for (String later : VALUES.getOrDefault(known.name(), Set.of())) {
			if (PropertyPath.uniform(later).equals(uniform)) {
				return new InvalidConfigurationException(property, value, PROBLEM,
						"Remove it or write " + OneOf.text(instead) + ".");
			}
		}
		return null;
	}

}
