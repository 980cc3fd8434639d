package io.github.ratelimit.autoconfigure.properties;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

import io.github.ratelimit.autoconfigure.properties.LimitNames.Kind;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationPropertiesBindHandlerAdvisor;
import org.springframework.boot.context.properties.bind.AbstractBindHandler;
import org.springframework.boot.context.properties.bind.BindContext;
import org.springframework.boot.context.properties.bind.BindHandler;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.core.convert.ConversionFailedException;
import org.springframework.core.env.Environment;
import org.springframework.core.env.PropertySource;

/**
 * Observes how Spring Boot binds the properties under {@code ratelimit}: fails for values
 * that would be ignored or misread, and warns of properties that are unknown or have no
 * effect.
 */
public final class PropertiesCheck implements ConfigurationPropertiesBindHandlerAdvisor {

	private static final Log logger = LogFactory.getLog(PropertiesCheck.class);

	private static final ConfigurationPropertyName RULES = ConfigurationPropertyName.of("ratelimit.http.rules");

	private static final ConfigurationPropertyName REDIS = ConfigurationPropertyName.of("ratelimit.redis");

	private final Environment environment;

	private final Map<Kind, LimitNames> names = new EnumMap<>(Kind.class);

	/**
	 * Creates it.
	 * @param environment the application's environment
	 */
	public PropertiesCheck(Environment environment) {
		this.environment = environment;
	}

	/** Returns the names of limits or clients as they are spelled. */
	LimitNames names(Kind kind) {
		return this.names.computeIfAbsent(kind, (missing) -> LimitNames.of(missing, properties()));
	}

	/**
	 * Returns all configured properties, the source with the highest precedence first.
	 */
	List<ConfiguredProperty> properties() {
		return ConfiguredProperty.findAll(ConfigurationPropertySources.get(this.environment));
	}

	@Override
	public BindHandler apply(BindHandler handler) {
		return new Handler(handler);
	}

	/** A list is taken as a whole from the first source that has a part of it. */
	private static void warnOfReplacedRules(List<ConfiguredProperty> properties) {
		List<ConfiguredProperty> rules = new ArrayList<>();
		Set<PropertySource<?>> sources = new HashSet<>();
		for (ConfiguredProperty property : properties) {
			if (RULES.isAncestorOf(property.name()) && sources.add(property.source())) {
				rules.add(property);
			}
		}
		if (rules.size() > 1) {
			logger.warn("The rules of " + RULES + " at " + rules.get(0).place() + " replace those at "
					+ rules.get(1).place() + ": a list is replaced as a whole, not "
					+ "merged. Write all rules in one place [RL509]");
		}
	}

	private String text(ConfigurationProperty property) {
		return this.environment.resolvePlaceholders(property.getValue().toString());
	}

	/** Sees every property that Boot binds, including those of other prefixes. */
	private final class Handler extends AbstractBindHandler {

		private boolean ours;

		/** The variables, in both spellings, that Boot reads for what is bound. */
		private final Set<String> variables = new HashSet<>();

		private final Set<String> settingsOfRedis = new TreeSet<>();

		private @Nullable UnknownProperties unknown;

		Handler(BindHandler handler) {
			super(handler);
		}

		@Override
		public <T> @Nullable Bindable<T> onStart(ConfigurationPropertyName name, Bindable<T> target,
				BindContext context) {
			if (context.getDepth() == 0) {
				this.ours = name.equals(ConfiguredProperty.ROOT);
				if (this.ours) {
					List<ConfiguredProperty> properties = properties();
					UnknownProperties unknown = new UnknownProperties(List.of(names(Kind.LIMIT), names(Kind.CLIENT)),
							properties);
					unknown.checkAll(ConfigurationPropertySources.get(PropertiesCheck.this.environment));
					this.unknown = unknown;
					warnOfReplacedRules(properties);
				}
			}
			return super.onStart(name, target, context);
		}

		@Override
		public @Nullable Object onSuccess(ConfigurationPropertyName name, Bindable<?> target, BindContext context,
				Object result) {
			if (this.ours && !names(Kind.LIMIT).isPhantom(name) && !names(Kind.CLIENT).isPhantom(name)) {
				String written = ConfiguredProperty.written(name).replace("_", "");
				this.variables.add(ConfiguredProperty.variable(written));
				this.variables.add(ConfiguredProperty.variable(written.replace('-', '_')));
				ConfigurationProperty property = property(name, context);
				if (property != null) {
					AllowedValues.check(name, result, text(property));
					if (REDIS.isAncestorOf(name) || name.getLastElement(Form.UNIFORM).equals("onstorefailure")) {
						this.settingsOfRedis.add(ConfiguredProperty.written(name) + " (" + property.getOrigin() + ")");
					}
				}
			}
			return super.onSuccess(name, target, context, result);
		}

		@Override
		public @Nullable Object onFailure(ConfigurationPropertyName name, Bindable<?> target, BindContext context,
				Exception error) throws Exception {
			if (this.ours && error instanceof ConversionFailedException conversion
					&& target.getType().toClass().isEnum()) {
				throw AllowedValues.unknown(name, target.getType().toClass(),
						Objects.requireNonNullElse(conversion.getValue(), "").toString());
			}
			return super.onFailure(name, target, context, error);
		}

		@Override
		public void onFinish(ConfigurationPropertyName name, Bindable<?> target, BindContext context,
				@Nullable Object result) throws Exception {
			if (this.ours && result == null && property(name, context) != null) {
				AllowedValues.checkEmpty(name, target.getType().toClass());
			}
			if (this.ours && this.unknown != null && context.getDepth() == 0) {
				this.unknown.checkVariables(this::isBound);
				if (!(result instanceof RateLimitProperties properties)
						|| properties.store() != RateLimitProperties.Store.REDIS) {
					warnOfSettingsOfRedis();
				}
			}
			super.onFinish(name, target, context, result);
		}

		private void warnOfSettingsOfRedis() {
			if (!this.settingsOfRedis.isEmpty()) {
				logger
					.warn("Permits are kept in memory (ratelimit.store is memory), so these properties have no effect: "
							+ String.join(", ", this.settingsOfRedis) + " [RL510]");
			}
		}

		/**
		 * For a name without a value of its own, Boot's context still has the last
		 * property.
		 */
		private static @Nullable ConfigurationProperty property(ConfigurationPropertyName name, BindContext context) {
			ConfigurationProperty property = context.getConfigurationProperty();
			return (property != null && property.getName().equals(name)) ? property : null;
		}

		/** Boot does not look up elements of a list that another source replaces. */
		private boolean isBound(ConfiguredProperty variable) {
			String name = variable.written().toUpperCase(Locale.ROOT);
			return this.variables.contains(name) || this.variables.contains(name.replaceFirst("_[0-9]+$", ""));
		}

	}

}
