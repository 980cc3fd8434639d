package io.github.ratelimit.autoconfigure;

import io.github.ratelimit.autoconfigure.properties.InvalidConfigurationException;
import io.github.ratelimit.autoconfigure.properties.LimitDefinition;
import io.github.ratelimit.autoconfigure.properties.LimitDefinitions;
import io.github.ratelimit.autoconfigure.properties.PropertiesCheck;
import io.github.ratelimit.autoconfigure.properties.PropertyOrigins;
import io.github.ratelimit.autoconfigure.properties.RateLimitProperties;
import io.github.ratelimit.expression.spel.ExpressionParser;
import io.github.ratelimit.registry.LimitChanges;
import io.github.ratelimit.registry.LimitSettings;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.handler.IgnoreTopLevelConverterNotFoundBindHandler;
import org.springframework.context.ApplicationEvent;
import org.springframework.context.event.SmartApplicationListener;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.core.Ordered;
import org.springframework.core.env.Environment;

/**
 * Reads the configuration again when Spring Cloud has refreshed the environment, and puts
 * what is different in force: rates, plans, modes and the other settings of limits. It
 * knows the event by its name, without a dependency. If a value cannot be, all settings
 * stay as they are.
 */
final class EnvironmentRefresh implements SmartApplicationListener {

	private static final Log logger = LogFactory.getLog(EnvironmentRefresh.class);

	private static final String EVENT = "org.springframework.cloud.context.environment.EnvironmentChangeEvent";

	private final Environment environment;

	private final ExpressionParser parser;

	private final LimitDefinitions atStart;

	private final List<RateLimitProperties.Http.Rule> rulesAtStart;

	private final LimitChanges changes;

	EnvironmentRefresh(Environment environment, ExpressionParser parser, LimitDefinitions atStart,
			List<RateLimitProperties.Http.Rule> rulesAtStart, LimitChanges changes) {
		this.environment = environment;
		this.parser = parser;
		this.atStart = atStart;
		this.rulesAtStart = List.copyOf(rulesAtStart);
		this.changes = changes;
	}

	@Override
	public boolean supportsEventType(Class<? extends ApplicationEvent> eventType) {
		return eventType.getName().equals(EVENT);
	}

	/** Before Spring Cloud binds the beans of the application, which may fail. */
	@Override
	public int getOrder() {
		return Ordered.HIGHEST_PRECEDENCE;
	}

	@Override
	public void onApplicationEvent(ApplicationEvent event) {
		try {
			refresh();
		}
		catch (RuntimeException ex) {
			logger.error("The refreshed configuration of limits is wrong, so all settings stay as they are: "
					+ describe(ex) + " [RL615]");
			logger.debug("The refreshed configuration of limits is wrong", ex);
		}
	}

	private void refresh() {
		PropertiesCheck check = new PropertiesCheck(this.environment);
		RateLimitProperties properties = Binder.get(this.environment)
			.bindOrCreate("ratelimit", Bindable.of(RateLimitProperties.class),
					check.apply(new IgnoreTopLevelConverterNotFoundBindHandler()));
		LimitDefinitions definitions = new LimitDefinitions(properties, check, this.parser);
		Map<String, LimitSettings> settings = new LinkedHashMap<>();
		definitions.forEach((definition) -> settings.put(definition.name(), definition.settings()));
		this.changes.reconfigure(settings, properties.enabled(), properties.mode());
		warnOfRestarts(definitions);
		if (!properties.http().rules().equals(this.rulesAtStart)) {
			logger
				.warn("The rules of ratelimit.http.rules are others than at start-up, which holds only after a restart "
						+ "[RL617]");
		}
	}

	private void warnOfRestarts(LimitDefinitions definitions) {
		Set<String> limits = new LinkedHashSet<>();
		definitions.forEach((now) -> limits.add(now.name()));
		this.atStart.forEach((before) -> limits.add(before.name()));
		limits.removeIf((limit) -> Objects.equals(fixed(this.atStart, limit), fixed(definitions, limit)));
		if (!limits.isEmpty()) {
			logger.warn("Limits " + limits + " were added or removed, or have another key, cost, condition or plan, "
					+ "which holds only after a restart [RL616]");
		}
	}

	private static @Nullable String fixed(LimitDefinitions definitions, String limit) {
		LimitDefinition definition = definitions.find(limit);
		return (definition != null) ? definition.fixed() : null;
	}

	private String describe(Throwable failure) {
		for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
			if (cause instanceof InvalidConfigurationException ex) {
				String place = PropertyOrigins.of(this.environment, ex).winner();
				return ex.getMessage() + ((place != null) ? " (" + place + ")" : "");
			}
		}
		Throwable root = NestedExceptionUtils.getMostSpecificCause(failure);
		return failure.getMessage() + ((root != failure) ? ": " + root.getMessage() : "");
	}

}
