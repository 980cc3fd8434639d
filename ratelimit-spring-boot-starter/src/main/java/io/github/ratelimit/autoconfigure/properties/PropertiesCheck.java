package io.github.ratelimit.autoconfigure.properties;

import io.github.ratelimit.autoconfigure.properties.LimitNames.Kind;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationPropertiesBindHandlerAdvisor;
import org.springframework.boot.context.properties.bind.AbstractBindHandler;
import org.springframework.boot.context.properties.bind.BindContext;
import org.springframework.boot.context.properties.bind.BindHandler;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.core.convert.ConversionFailedException;
import org.springframework.core.env.Environment;

/**
 * Observes how Spring Boot binds the properties under {@code ratelimit}: fails for values
 * that would be ignored or misread, and warns of properties that are unknown or have no
 * effect.
 */
public final class PropertiesCheck implements ConfigurationPropertiesBindHandlerAdvisor {

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

	/** Sees every property that Boot binds, including those of other prefixes. */
	private final class Handler extends AbstractBindHandler {

		/** Null while properties of another prefix are bound. */
		private @Nullable PropertiesWithoutEffect withoutEffect;

		Handler(BindHandler handler) {
			super(handler);
		}

		@Override
		public <T> @Nullable Bindable<T> onStart(ConfigurationPropertyName name, Bindable<T> target,
				BindContext context) {
			if (context.getDepth() == 0) {
				this.withoutEffect = name.equals(ConfiguredProperty.ROOT) ? checkNames() : null;
			}
			boolean phantom = this.withoutEffect != null
					&& (names(Kind.LIMIT).isPhantom(name) || names(Kind.CLIENT).isPhantom(name));
			return phantom ? null : super.onStart(name, target, context);
		}

		private PropertiesWithoutEffect checkNames() {
			PropertiesWithoutEffect checked = new PropertiesWithoutEffect(
					List.of(names(Kind.LIMIT), names(Kind.CLIENT)), properties());
			checked.checkAll(ConfigurationPropertySources.get(PropertiesCheck.this.environment));
			return checked;
		}

		@Override
		public @Nullable Object onSuccess(ConfigurationPropertyName name, Bindable<?> target, BindContext context,
				Object result) {
			if (this.withoutEffect != null) {
				ConfigurationProperty property = property(name, context);
				this.withoutEffect.addBound(name, property);
				if (property != null) {
					AllowedValues.check(name, result,
							PropertiesCheck.this.environment.resolvePlaceholders(property.getValue().toString()));
				}
			}
			return super.onSuccess(name, target, context, result);
		}

		@Override
		public @Nullable Object onFailure(ConfigurationPropertyName name, Bindable<?> target, BindContext context,
				Exception error) throws Exception {
			if (this.withoutEffect != null && error instanceof ConversionFailedException conversion) {
				InvalidConfigurationException failure = AllowedValues.unreadable(name,
						conversion.getTargetType().getObjectType(),
						Objects.requireNonNullElse(conversion.getValue(), "").toString());
				if (failure != null) {
					throw failure;
				}
			}
			return super.onFailure(name, target, context, error);
		}

		@Override
		public void onFinish(ConfigurationPropertyName name, Bindable<?> target, BindContext context,
				@Nullable Object result) throws Exception {
			if (this.withoutEffect != null) {
				if (result == null && property(name, context) != null) {
					AllowedValues.checkEmpty(name, target.getType().toClass());
				}
				if (context.getDepth() == 0) {
					this.withoutEffect.checkBound(result instanceof RateLimitProperties properties
							&& properties.store() == RateLimitProperties.Store.REDIS);
				}
			}
			super.onFinish(name, target, context, result);
		}

		/**
		 * For a name without a value of its own, Boot's context still has the last
		 * property.
		 */
		private static @Nullable ConfigurationProperty property(ConfigurationPropertyName name, BindContext context) {
			ConfigurationProperty property = context.getConfigurationProperty();
			return (property != null && property.getName().equals(name)) ? property : null;
		}

	}

}
