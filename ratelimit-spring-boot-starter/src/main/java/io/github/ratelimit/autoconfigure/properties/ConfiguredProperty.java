package io.github.ratelimit.autoconfigure.properties;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.origin.PropertySourceOrigin;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.SystemEnvironmentPropertySource;

/**
 * One property under {@code ratelimit} of one property source.
 *
 * @param source the property source
 * @param written the name as the source spells it
 * @param variable whether it is an environment variable, in upper case with underscores
 * @param name the name as Spring Boot reads it
 */
record ConfiguredProperty(PropertySource<?> source, String written, boolean variable, ConfigurationPropertyName name) {

	static final ConfigurationPropertyName ROOT = ConfigurationPropertyName.of("ratelimit");

	/**
	 * Finds all of them.
	 * @param sources the application's property sources
	 * @return the properties, those of the source that wins first
	 */
	static List<ConfiguredProperty> findAll(Iterable<ConfigurationPropertySource> sources) {
		return findSimilar(sources).filter(
				(property) -> ROOT.isAncestorOf(property.name) || (ROOT.equals(property.name) && !property.variable))
			.toList();
	}

	/**
	 * Finds all properties with {@code ratelim} in their names. Boot's own names have
	 * lost the characters that Boot drops, so they are read from the sources themselves.
	 */
	static Stream<ConfiguredProperty> findSimilar(Iterable<ConfigurationPropertySource> sources) {
		return StreamSupport.stream(sources.spliterator(), false)
			.map(ConfigurationPropertySource::getUnderlyingSource)
			.filter(EnumerablePropertySource.class::isInstance)
			.map(EnumerablePropertySource.class::cast)
			.flatMap((source) -> Stream.of(source.getPropertyNames())
				.filter((written) -> LimitNames.uniform(written).contains("ratelim"))
				.map((written) -> of(source, written)));
	}

	private static ConfiguredProperty of(PropertySource<?> source, String written) {
		boolean variable = source instanceof SystemEnvironmentPropertySource && written.indexOf('.') < 0;
		ConfigurationPropertyName name = variable
				? ConfigurationPropertyName
					.adapt(written.toLowerCase(Locale.ROOT).replaceAll("_([0-9]+)(?=_|$)", "[$1]"), '_')
				: ConfigurationPropertyName.adapt(written, '.');
		return new ConfiguredProperty(source, written, variable, name);
	}

	/** Returns a name as it is spelled; Boot's own text of it leaves underscores out. */
	static String written(ConfigurationPropertyName name) {
		StringBuilder written = new StringBuilder();
		for (int i = 0; i < name.getNumberOfElements(); i++) {
			String text = name.getElement(i, Form.ORIGINAL);
			written.append(name.isNumericIndex(i) ? "[" + text + "]" : ((i > 0) ? "." : "") + text);
		}
		return written.toString();
	}

	/** Returns elements of a name together, as Boot compares names. */
	static String uniform(ConfigurationPropertyName name, int from, int to) {
		return IntStream.range(from, to)
			.mapToObj((element) -> name.getElement(element, Form.UNIFORM))
			.collect(Collectors.joining());
	}

	/** Returns the environment variable that Boot reads for a name. */
	static String variable(String name) {
		return name.replace("-", "").replace('.', '_').replace('[', '_').replace("]", "").toUpperCase(Locale.ROOT);
	}

	/** Returns the value as text, before placeholders are resolved. */
	String value() {
		Object value = this.source.getProperty(this.written);
		return (value != null) ? value.toString() : "";
	}

	/** Returns the failure of this property with its value. */
	InvalidConfigurationException invalid(String problem, String remedy) {
		return new InvalidConfigurationException(this, value(), problem, remedy);
	}

	/** Returns the origin for messages: file and line if they are known. */
	String place() {
		return PropertySourceOrigin.get(this.source, this.written).toString();
	}

}
