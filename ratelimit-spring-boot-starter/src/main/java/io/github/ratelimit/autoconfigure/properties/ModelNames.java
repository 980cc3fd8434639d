package io.github.ratelimit.autoconfigure.properties;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;

/**
 * The settings of single models as files spell them. Names of models have dots and stars,
 * which Spring Boot would read as levels or drop.
 */
final class ModelNames {

	private static final String MODELS = ".models.";

	private static final Set<String> SETTINGS = Set.of("requests", "tokens", "input-tokens", "output-tokens",
			"max-concurrent", "max-wait");

	private ModelNames() {
	}

	/** Returns whether a property is a setting of a model. */
	static boolean isOf(ConfiguredProperty property) {
		return Setting.of(property) != null;
	}

	/**
	 * Returns the settings of a client's models.
	 * @param client the client's name
	 * @param properties everything that is configured, the source that wins first
	 * @param placeholders resolves placeholders
	 * @return the texts by setting, by the pattern of the models
	 */
	static Map<String, Map<String, String>> of(String client, Iterable<ConfiguredProperty> properties,
			UnaryOperator<String> placeholders) {
		Map<String, Map<String, String>> models = new LinkedHashMap<>();
		for (ConfiguredProperty property : properties) {
			Setting setting = Setting.of(property);
			if (setting != null && setting.client().equals(client)) {
				models.computeIfAbsent(setting.model(), (model) -> new LinkedHashMap<>())
					.putIfAbsent(setting.name(), placeholders.apply(property.value()).strip());
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
			if (property.variable() || property.name().getNumberOfElements() < 6
					|| !property.name().getElement(1, Form.UNIFORM).equals("clients")) {
				return null;
			}
			String written = property.written();
			int client = written.indexOf('.', written.indexOf('.') + 1) + 1;
			int models = written.indexOf(MODELS, client);
			int setting = written.lastIndexOf('.') + 1;
			if (models < 0 || setting <= models + MODELS.length() || !SETTINGS.contains(written.substring(setting))) {
				return null;
			}
			String model = written.substring(models + MODELS.length(), setting - 1);
			boolean bracketed = model.startsWith("[") && model.endsWith("]");
			return new Setting(written.substring(client, models),
					bracketed ? model.substring(1, model.length() - 1) : model, written.substring(setting));
		}

	}

}
