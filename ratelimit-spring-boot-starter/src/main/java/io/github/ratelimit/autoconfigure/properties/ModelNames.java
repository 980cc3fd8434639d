package io.github.ratelimit.autoconfigure.properties;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

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

	/** The element of a name that has the models of a client below it. */
	static final int LEVEL = 3;

	private ModelNames() {
	}

	/** Returns whether a property is a setting of a model. */
	static boolean isOf(ConfiguredProperty property) {
		return Setting.of(property) != null;
	}

	/** Returns which element of a variable's name says models, -1 if none. */
	static int levelOfModels(ConfigurationPropertyName variable) {
		for (int i = LEVEL; i < variable.getNumberOfElements(); i++) {
			if (variable.getElement(i, Form.UNIFORM).equals("models")) {
				return i;
			}
		}
		return -1;
	}

	/**
	 * Returns the clients that have models.
	 * @param properties everything that is configured
	 * @return their names as files spell them
	 * @throws InvalidConfigurationException for an environment variable that means no
	 * model of a file, or several
	 */
	static Set<String> clients(Iterable<ConfiguredProperty> properties) {
		Set<Setting> named = new LinkedHashSet<>();
		Set<String> clients = new LinkedHashSet<>();
		for (ConfiguredProperty property : properties) {
			Setting setting = Setting.of(property);
			if (setting != null && !property.variable()) {
				named.add(setting);
				clients.add(setting.client());
			}
		}
		for (ConfiguredProperty property : properties) {
			Setting setting = property.variable() ? Setting.of(property) : null;
			if (setting != null) {
				checkReach(property, named.stream().filter(setting::means).map(Setting::model).distinct().toList());
			}
		}
		return clients;
	}

	private static void checkReach(ConfiguredProperty variable, List<String> models) {
		if (models.isEmpty()) {
			throw new InvalidConfigurationException(variable, variable.value(),
					"names a model of which no file has a setting, and variables cannot spell names of models",
					"Write the setting in a file, below the client's models. Variables can then change it.");
		}
		if (models.size() > 1) {
			throw new InvalidConfigurationException(variable, variable.value(),
					"means several models: " + String.join(", ", models),
					"Write the setting in a file, where names of models have their dots, dashes and stars.");
		}
	}

	/**
	 * Returns the settings of a client's models.
	 * @param client the client's name
	 * @param properties everything that is configured, the source that wins first
	 * @param placeholders resolves placeholders
	 * @return the texts by setting, by the pattern of the models, in the order of the
	 * files
	 */
	static Map<String, Map<String, String>> of(String client, Iterable<ConfiguredProperty> properties,
			UnaryOperator<String> placeholders) {
		Map<String, Map<String, String>> models = new LinkedHashMap<>();
		for (ConfiguredProperty property : properties) {
			Setting setting = Setting.of(property);
			if (setting != null && setting.isOf(client) && !property.variable()) {
				models.put(setting.model(), new LinkedHashMap<>());
			}
		}
		for (ConfiguredProperty property : properties) {
			Setting setting = Setting.of(property);
			if (setting != null && setting.isOf(client)) {
				models.forEach((model, texts) -> {
					if (property.variable() ? setting.isAbout(model) : setting.model().equals(model)) {
						texts.putIfAbsent(setting.name(), placeholders.apply(property.value()).strip());
					}
				});
			}
		}
		return models;
	}

	/**
	 * One setting.
	 *
	 * @param client the client's name
	 * @param model the pattern of the models
	 * @param name the name of the setting
	 */
	private record Setting(String client, String model, String name) {

		static @Nullable Setting of(ConfiguredProperty property) {
			return property.variable() ? ofVariable(property.name()) : ofWritten(property.written());
		}

		private static @Nullable Setting ofWritten(String written) {
			Matcher matcher = PROPERTY.matcher(written);
			String name = matcher.matches() ? known(matcher.group(3)) : null;
			return (name != null) ? new Setting(matcher.group(1), matcher.group(2), name) : null;
		}

		/** The setting may be spelled as two elements. */
		private static @Nullable Setting ofVariable(ConfigurationPropertyName variable) {
			int size = variable.getNumberOfElements();
			if (levelOfModels(variable) != LEVEL || !variable.getElement(1, Form.UNIFORM).equals("clients")) {
				return null;
			}
			for (int end = Math.max(LEVEL + 2, size - 2); end < size; end++) {
				String name = known(UnknownProperties.uniform(variable, end, size));
				if (name != null) {
					return new Setting(variable.getElement(2, Form.UNIFORM),
							UnknownProperties.uniform(variable, LEVEL + 1, end), name);
				}
			}
			return null;
		}

		private static @Nullable String known(String name) {
			String uniform = LimitNames.uniform(name);
			for (String setting : SETTINGS) {
				if (LimitNames.uniform(setting).equals(uniform)) {
					return setting;
				}
			}
			return null;
		}

		boolean isOf(String client) {
			return LimitNames.uniform(this.client).equals(LimitNames.uniform(client));
		}

		boolean isAbout(String model) {
			return LimitNames.uniform(this.model).equals(LimitNames.uniform(model));
		}

		boolean means(Setting other) {
			return isOf(other.client()) && isAbout(other.model());
		}

	}

}
