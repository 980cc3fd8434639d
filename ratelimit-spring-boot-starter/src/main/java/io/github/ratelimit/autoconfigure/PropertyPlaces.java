package io.github.ratelimit.autoconfigure;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.PropertySource;

/**
 * Where a property stands: file and line, or the environment variable. Of several sources
 * that have it the first one wins, and a list comes as a whole from the first source that
 * has a part of it.
 */
final class PropertyPlaces {

	private final List<ConfiguredProperty> properties;

	/** The property, the list that it is an element of, its first element. */
	private final List<String> spelled;

	/** The outermost list on the way, or the property itself. */
	private final String list;

	private final boolean inList;

	private final String parent;

	/** Of each source that has the property or its list, the first part. */
	private final Map<PropertySource<?>, ConfiguredProperty> sources = new LinkedHashMap<>();

	private PropertyPlaces(List<ConfiguredProperty> properties, PropertyPath path) {
		this.properties = properties;
		int size = path.size();
		String whole = path.joined(size);
		this.spelled = List.of(whole, path.get(size - 1).isIndex() ? path.joined(size - 1) : whole, whole + "0");
		int index = 0;
		while (index < size && !path.get(index).isIndex()) {
			index++;
		}
		this.list = path.joined(index);
		this.inList = index < size;
		this.parent = (size > 2) ? path.joined(size - 1) : "";
		properties.stream()
			.filter((property) -> isPart(joined(property)))
			.forEach((property) -> this.sources.putIfAbsent(property.source(), property));
	}

	/**
	 * Finds a property.
	 * @param environment the application's environment
	 * @param name the property's name, in any spelling
	 * @return where it stands
	 */
	static PropertyPlaces of(ConfigurableEnvironment environment, String name) {
		return new PropertyPlaces(ConfiguredProperty.findAll(environment), PropertyPath.ofName(name));
	}

	/** A property without an index on the way may be a list itself. */
	private boolean isPart(String joined) {
		String rest = joined.startsWith(this.list) ? joined.substring(this.list.length()) : "-";
		return rest.isEmpty() || (this.inList ? Character.isDigit(rest.charAt(0)) : isNumber(rest));
	}

	private static boolean isNumber(String text) {
		return text.chars().allMatch(Character::isDigit);
	}

	/**
	 * Returns the place that counts.
	 * @return the place; of a property that is missing, that of its neighbours; null if
	 * there are none
	 */
	@Nullable String winner() {
		List<ConfiguredProperty> owned = this.properties;
		if (!this.sources.isEmpty()) {
			PropertySource<?> owner = this.sources.keySet().iterator().next();
			owned = owned.stream().filter((property) -> property.source() == owner).toList();
		}
		for (String spelled : this.spelled) {
			ConfiguredProperty winner = first(owned, (joined) -> joined.equals(spelled));
			if (winner != null) {
				return winner.place() + ((winner.variable() && winner.value().isBlank()) ? ", which is empty" : "");
			}
		}
		ConfiguredProperty neighbour = this.parent.isEmpty() ? null
				: first(owned, (joined) -> joined.startsWith(this.parent));
		return (neighbour != null) ? "near " + neighbour.place() : null;
	}

	/**
	 * Returns the places that do not count.
	 * @return the places, null if there are none
	 */
	@Nullable String others() {
		if (this.sources.size() < 2) {
			return null;
		}
		String places = this.sources.values()
			.stream()
			.skip(1)
			.map(ConfiguredProperty::place)
			.collect(Collectors.joining(", "));
		return this.inList ? places + " (lists are replaced as a whole, not merged)" : places;
	}

	private static @Nullable ConfiguredProperty first(List<ConfiguredProperty> properties,
			Predicate<String> condition) {
		return properties.stream().filter((property) -> condition.test(joined(property))).findFirst().orElse(null);
	}

	private static String joined(ConfiguredProperty property) {
		return property.path().joined(property.path().size());
	}

}
