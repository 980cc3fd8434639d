package io.github.ratelimit.autoconfigure.properties;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.IterableConfigurationPropertySource;
import org.springframework.core.env.Environment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

/**
 * The origins of a property. Of several sources that have it the first one takes
 * precedence, and a list is taken as a whole from the first source that has a part of it.
 *
 * @param winner the origin that applies; for a missing property, that of its neighbours;
 * null if there are none
 * @param others the origins that do not apply, null if there are none
 */
public record PropertyOrigins(@Nullable String winner, @Nullable String others) {

	/**
	 * Finds the property of a failure.
	 * @param environment the application's environment, null if it is not known
	 * @param failure the failure, of a property in any spelling
	 * @return its origins
	 */
	public static PropertyOrigins of(@Nullable Environment environment, InvalidConfigurationException failure) {
		return (failure.place() != null || environment == null) ? new PropertyOrigins(failure.place(), null)
				: of(environment, ConfigurationPropertyName.adapt(failure.property(), '.'));
	}

	private static PropertyOrigins of(Environment environment, ConfigurationPropertyName name) {
		int size = name.getNumberOfElements();
		int index = 0;
		while (index < size && !name.isNumericIndex(index)) {
			index++;
		}
		ConfigurationPropertyName list = name.chop(index);
		List<String> places = new ArrayList<>();
		String nearby = null;
		for (ConfigurationPropertySource source : ConfigurationPropertySources.get(environment)) {
			ConfigurationProperty exact = first(
					Stream.of(name, name.isLastElementIndexed() ? name.getParent() : name, name.append("[0]")), source);
			String near = near(source, name.getParent());
			if (exact != null) {
				places.add(place(exact));
			}
			else if (index < size && near(source, list) != null) {
				places.add((near != null) ? near : near(source, list));
			}
			else if (nearby == null && size > 2) {
				nearby = near;
			}
		}
		if (places.isEmpty()) {
			return new PropertyOrigins(nearby, null);
		}
		String others = String.join(", ", places.subList(1, places.size()));
		return new PropertyOrigins(places.get(0), others.isEmpty() ? null
				: (index < size) ? others + " (lists are replaced as a whole, not merged)" : others);
	}

	private static @Nullable String near(ConfigurationPropertySource source, ConfigurationPropertyName name) {
		Stream<ConfigurationPropertyName> below = (source instanceof IterableConfigurationPropertySource iterable)
				? iterable.stream().filter(name::isAncestorOf) : Stream.empty();
		ConfigurationProperty found = first(Stream.concat(Stream.of(name), below), source);
		return (found != null) ? "near " + place(found) : null;
	}

	private static @Nullable ConfigurationProperty first(Stream<ConfigurationPropertyName> names,
			ConfigurationPropertySource source) {
		return names.map(source::getConfigurationProperty).filter(Objects::nonNull).findFirst().orElse(null);
	}

	private static String place(ConfigurationProperty property) {
		ConfigurationPropertySource source = property.getSource();
		boolean variable = source != null && source.getUnderlyingSource() instanceof SystemEnvironmentPropertySource;
		return property.getOrigin()
				+ ((variable && property.getValue().toString().isBlank()) ? ", which is empty" : "");
	}

}
