package io.github.ratelimit.autoconfigure.properties;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;

/**
 * The settings of single models as files spell them. Names of models have dots and stars,
 * which Spring Boot would read as levels or drop; environment variables cannot have them,
 * so they mean the model of a file.
 */
final class ModelNames {

	private static final List<String> SETTINGS = List.of("requests", "tokens", "input-tokens", "output-tokens",
			"max-concurrent", "max-wait");

	private static final Pattern PROPERTY = Pattern
		.compile("(?i)[^.]+\\.clients\\.?\\[?([^.\\[\\]]+)]?" + "\\.models(?:\\.?\\[|\\.)(.+?)]?\\.([^.\\[\\]]+)");

	/** A name of a model with a version, such as gpt-4.1, and nothing below it. */
	private static final Pattern VERSION = Pattern
		.compile("(?i)[^.]+\\.clients\\.?\\[?[^.\\[\\]]+]?\\.models(?:\\.?\\[|\\.)(?:.+\\.)?\\d[^.\\[\\]]*]?");

	/** The element of a name that has the models of a client below it. */
	static final int LEVEL = 3;

	private final List<Setting> settings;

	/**
	 * Reads the names.
	 * @param properties everything that is configured, the source that wins first
	 * @throws InvalidConfigurationException for an environment variable that means no
	 * model of a file, or several
	 */
	ModelNames(Collection<ConfiguredProperty> properties) {
		this.settings = properties.stream().flatMap((property) -> Stream.ofNullable(Setting.of(property))).toList();
		this.settings.stream().filter((setting) -> setting.property().variable()).forEach(this::checkReach);
	}

	/** Returns whether a property is a setting of a model. */
	static boolean isOf(ConfiguredProperty property) {
		return Setting.of(property) != null;
	}

	/**
	 * Refuses a value of a model where its settings are expected. To Spring Boot, what is
	 * behind a dot in the name is another level.
	 * @param property a property that is no setting of a model
	 */
	static void refuseValue(ConfiguredProperty property) {
		if (!property.variable() && VERSION.matcher(property.written()).matches()) {
			String value = AllowedValues.isRate(property.value()) ? property.value() : "500/min";
			throw property.invalid("is written where a group of properties is expected",
					"Write for example " + property.written() + ".requests: " + value + ".");
		}
	}

	/** Returns which element of a variable's name says models, -1 if none. */
	static int levelOfModels(ConfigurationPropertyName variable) {
		return IntStream.range(LEVEL, variable.getNumberOfElements())
			.filter((element) -> variable.getElement(element, Form.UNIFORM).equals("models"))
			.findFirst()
			.orElse(-1);
	}

	private Stream<Setting> written() {
		return this.settings.stream().filter((setting) -> !setting.property().variable());
	}

	private void checkReach(Setting setting) {
		ConfiguredProperty variable = setting.property();
		List<String> models = written()
			.filter((other) -> setting.isOf(other.client()) && setting.isAbout(other.model()))
			.map(Setting::model)
			.distinct()
			.toList();
		if (models.isEmpty()) {
			throw variable.invalid(
					"names a model of which no file has a setting, and variables cannot spell names of models",
					"Write the setting in a file, below the client's models. Variables can then change it.");
		}
		if (models.size() > 1) {
			throw variable.invalid("means several models: " + String.join(", ", models),
					"Write the setting in a file, where names of models have their dots, dashes and stars.");
		}
	}

	/** Returns the clients that have models, as files spell their names. */
	Set<String> clients() {
		return written().map(Setting::client).collect(Collectors.toCollection(LinkedHashSet::new));
	}

	/**
	 * Returns the settings of a client's models.
	 * @param client the client's name
	 * @param placeholders resolves placeholders
	 * @return the texts by setting, by the pattern of the models, in the order of the
	 * files
	 */
	Map<String, Map<String, String>> of(String client, UnaryOperator<String> placeholders) {
		Map<String, Map<String, String>> models = new LinkedHashMap<>();
		written().filter((setting) -> setting.isOf(client))
			.forEach((setting) -> models.put(setting.model(), new LinkedHashMap<>()));
		this.settings.stream()
			.filter((setting) -> setting.isOf(client))
			.forEach((setting) -> models.forEach((model, texts) -> {
				if (setting.isAbout(model)) {
					texts.putIfAbsent(setting.name(), placeholders.apply(setting.property().value()).strip());
				}
			}));
		return models;
	}

	/**
	 * One setting.
	 *
	 * @param property where it is configured
	 * @param client the client's name
	 * @param model the pattern of the models
	 * @param name the name of the setting
	 */
	private record Setting(ConfiguredProperty property, String client, String model, String name) {

		/** The name of a variable's setting may be two elements. */
		static @Nullable Setting of(ConfiguredProperty property) {
			ConfigurationPropertyName name = property.name();
			if (!property.variable()) {
				Matcher matcher = PROPERTY.matcher(property.written());
				return matcher.matches() ? of(property, matcher.group(1), matcher.group(2), matcher.group(3)) : null;
			}
			int size = name.getNumberOfElements();
			Setting found = null;
			if (levelOfModels(name) == LEVEL && name.getElement(1, Form.UNIFORM).equals("clients")) {
				for (int end = Math.max(LEVEL + 2, size - 2); end < size && found == null; end++) {
					found = of(property, name.getElement(2, Form.UNIFORM),
							ConfiguredProperty.uniform(name, LEVEL + 1, end),
							ConfiguredProperty.uniform(name, end, size));
				}
			}
			return found;
		}

		private static @Nullable Setting of(ConfiguredProperty property, String client, String model, String name) {
			return SETTINGS.stream()
				.filter((setting) -> LimitNames.uniform(setting).equals(LimitNames.uniform(name)))
				.findFirst()
				.map((setting) -> new Setting(property, client, model, setting))
				.orElse(null);
		}

		boolean isOf(String client) {
			return LimitNames.uniform(this.client).equals(LimitNames.uniform(client));
		}

		boolean isAbout(String model) {
			return this.property.variable() ? LimitNames.uniform(this.model).equals(LimitNames.uniform(model))
					: this.model.equals(model);
		}

	}

}
