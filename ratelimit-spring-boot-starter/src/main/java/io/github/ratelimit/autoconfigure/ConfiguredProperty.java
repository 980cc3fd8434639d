package io.github.ratelimit.autoconfigure;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.springframework.boot.origin.Origin;
import org.springframework.boot.origin.PropertySourceOrigin;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.StandardEnvironment;

/**
 * One property under {@code ratelimit} as one property source has it.
 *
 * @param source where it stands
 * @param name its name as it is spelled there
 * @param variable whether it is an environment variable, in upper case with underscores
 * @param path the name's elements
 */
record ConfiguredProperty(PropertySource<?> source, String name, boolean variable, PropertyPath path) {

	private static final String ROOT = "ratelimit";

	/**
	 * Finds all of them. Boot's view of all sources is none of them: it cannot be listed.
	 * @param environment the application's environment
	 * @return the properties, those of the source that wins first
	 */
	static List<ConfiguredProperty> findAll(ConfigurableEnvironment environment) {
		List<ConfiguredProperty> found = new ArrayList<>();
		Deque<PropertySource<?>> sources = new ArrayDeque<>();
		environment.getPropertySources().forEach(sources::addLast);
		while (!sources.isEmpty()) {
			PropertySource<?> source = sources.removeFirst();
			if (source.getSource() instanceof ConfigurableEnvironment nested) {
				List<PropertySource<?>> inner = nested.getPropertySources().stream().toList();
				for (int i = inner.size() - 1; i >= 0; i--) {
					sources.addFirst(inner.get(i));
				}
			}
			else if (source instanceof EnumerablePropertySource<?> enumerable) {
				addAll(enumerable, found);
			}
		}
		return found;
	}

	private static void addAll(EnumerablePropertySource<?> source, List<ConfiguredProperty> found) {
		boolean environmentVariables = isSystemEnvironment(source.getName());
		for (String name : source.getPropertyNames()) {
			if (!name.regionMatches(true, 0, ROOT, 0, 4)) {
				continue;
			}
			boolean variable = environmentVariables && name.indexOf('.') < 0;
			PropertyPath path = variable ? PropertyPath.ofVariable(name) : PropertyPath.ofName(name);
			if (path.size() > (variable ? 1 : 0) && path.get(0).uniform().equals(ROOT)) {
				found.add(new ConfiguredProperty(source, name, variable, path));
			}
		}
	}

	private static boolean isSystemEnvironment(String sourceName) {
		String name = StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME;
		return sourceName.equals(name) || sourceName.endsWith("-" + name);
	}

	/** Returns the value as text, before placeholders are resolved. */
	String value() {
		Object value = this.source.getProperty(this.name);
		return (value != null) ? value.toString() : "";
	}

	/** Returns the place for people: file and line where they are known. */
	String place() {
		if (this.variable) {
			return "environment variable " + this.name;
		}
		Origin origin = PropertySourceOrigin.get(this.source, this.name);
		return origin.toString();
	}

}
