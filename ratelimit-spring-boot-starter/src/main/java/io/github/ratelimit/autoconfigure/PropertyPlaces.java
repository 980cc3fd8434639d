package io.github.ratelimit.autoconfigure;

import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.springframework.core.env.ConfigurableEnvironment;

/** Finds where properties stand: file and line, or the environment variable. */
final class PropertyPlaces {

	private final List<ConfiguredProperty> properties;

	private PropertyPlaces(List<ConfiguredProperty> properties) {
		this.properties = properties;
	}

	static PropertyPlaces of(ConfigurableEnvironment environment) {
		return new PropertyPlaces(ConfiguredProperty.findAll(environment));
	}

	/**
	 * Finds a property.
	 * @param name its name, in any spelling
	 * @return where it stands; of one that is missing, where its neighbours stand; null
	 * if there are none
	 */
	@Nullable String find(String name) {
		String place = first((property) -> property.name().equals(name));
		PropertyPath path = PropertyPath.ofName(name);
		int size = path.size();
		String whole = path.joined(size);
		if (place == null) {
			place = first((property) -> joined(property).equals(whole));
		}
		if (place == null && path.get(size - 1).isIndex()) {
			return find(name.substring(0, name.lastIndexOf('[')));
		}
		if (place == null) {
			place = first((property) -> joined(property).equals(whole + "0"));
		}
		String parent = path.joined(size - 1);
		if (place == null && size > 2) {
			String neighbour = first((property) -> joined(property).startsWith(parent));
			place = (neighbour != null) ? "near " + neighbour : null;
		}
		return place;
	}

	private @Nullable String first(Predicate<ConfiguredProperty> condition) {
		return this.properties.stream().filter(condition).findFirst().map(ConfiguredProperty::place).orElse(null);
	}

	private static String joined(ConfiguredProperty property) {
		return property.path().joined(property.path().size());
	}

}
