package io.github.ratelimit.autoconfigure;

import io.github.ratelimit.web.UnknownStyleException;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Settings that are described but not built: they fail start-up, because a limit that is
 * ignored is worse than none.
 */
final class LaterSettings {

	private static final String PROBLEM = "is a setting that this version does not have yet";

	private static final List<String> OF_LIMITS = List.of("max-concurrent", "plan", "plans", "segments", "max-wait",
			"max-waiting", "unit", "mode", "max-debt", "ban-after");

	/** Values by the names of the properties that will take them. */
	private static final Map<String, Set<String>> VALUES = Map.of("mode", Set.of("shadow"), "algorithm",
			Set.of("fixed-window", "sliding-window", "sliding-window-counter", "sliding-window-log"));

	private static final Set<String> HEADER_STYLES = Set.of("openai", "anthropic");

	private static final Set<String> BODY_STYLES = Set.of("anthropic");

	private LaterSettings() {
	}

	static void addTo(KnownProperty root) {
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

	/** Returns the exception for header styles that nobody provides. */
	static InvalidConfigurationException unknownHeaders(String property, String style, UnknownStyleException ex) {
		return unknownStyle(property, style, ex, "HeaderStyle", HEADER_STYLES);
	}

	/** Returns the exception for a body style that nobody provides. */
	static InvalidConfigurationException unknownBody(String property, String style, UnknownStyleException ex) {
		return unknownStyle(property, style, ex, "BodyStyle", BODY_STYLES);
	}

	private static InvalidConfigurationException unknownStyle(String property, String style, UnknownStyleException ex,
			String type, Set<String> laterStyles) {
		String name = style.strip().toLowerCase(Locale.ROOT);
		if (!laterStyles.contains(name)) {
			return new InvalidConfigurationException(property, style, "is no known style", ex.remedy());
		}
		return new InvalidConfigurationException(property, style, "is a style that this version does not have yet",
				"Write another, or provide a bean of type " + type + " whose name() is '" + name + "'. " + ex.remedy());
	}

}
