package io.github.ratelimit.autoconfigure;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.env.ConfigurableEnvironment;

/**
 * Reads everything that is written under {@code ratelimit} before it is bound: fails for
 * what would be ignored or misread, and warns of properties that nobody knows.
 */
final class PropertiesCheck implements BeanFactoryPostProcessor {

	private static final Log logger = LogFactory.getLog(PropertiesCheck.class);

	private static final String RULES = "ratelimit.http.rules";

	private final ConfigurableEnvironment environment;

	private @Nullable LimitNames names;

	PropertiesCheck(ConfigurableEnvironment environment) {
		this.environment = environment;
	}

	@Override
	public void postProcessBeanFactory(ConfigurableListableBeanFactory beanFactory) {
		names();
	}

	/** Returns the names of the limits as they are spelled. */
	LimitNames names() {
		LimitNames checked = this.names;
		if (checked == null) {
			checked = check();
			this.names = checked;
		}
		return checked;
	}

	private LimitNames check() {
		List<ConfiguredProperty> properties = ConfiguredProperty.findAll(this.environment);
		LimitNames limitNames = LimitNames.of(properties);
		KnownProperty root = KnownProperty.root();
		UnknownProperties unknown = new UnknownProperties(root, limitNames);
		Map<String, PropertyMatch> winners = new LinkedHashMap<>();
		Map<String, ConfiguredProperty> owners = new LinkedHashMap<>();
		Map<String, ConfiguredProperty> replaced = new LinkedHashMap<>();
		for (ConfiguredProperty property : properties) {
			PropertyMatch match = PropertyMatch.of(property, root, limitNames);
			KnownProperty found = match.found();
			if (found == null) {
				unknown.add(match);
			}
			else if (!found.takesValue()) {
				refuseValueOfGroup(match);
			}
			else if (owner(owners, replaced, match) == property.source()) {
				winners.putIfAbsent(match.name(), match);
			}
		}
		winners.values().forEach(this::checkValue);
		unknown.warnings().forEach(logger::warn);
		warnOfReplacedRules(owners, replaced);
		warnOfUnused(winners);
		return limitNames;
	}

	/** A list comes as a whole from the first source that has a part of it. */
	private static Object owner(Map<String, ConfiguredProperty> owners, Map<String, ConfiguredProperty> replaced,
			PropertyMatch match) {
		int index = match.name().indexOf('[');
		String list = (index < 0) ? match.name() : match.name().substring(0, index);
		ConfiguredProperty earlier = owners.putIfAbsent(list, match.property());
		if (earlier == null || earlier.source() == match.property().source()) {
			return match.property().source();
		}
		replaced.putIfAbsent(list, match.property());
		return earlier.source();
	}

	/** Who wrote rules in two places expects both to hold. */
	private static void warnOfReplacedRules(Map<String, ConfiguredProperty> owners,
			Map<String, ConfiguredProperty> replaced) {
		ConfiguredProperty owner = owners.get(RULES);
		ConfiguredProperty dropped = replaced.get(RULES);
		if (owner != null && dropped != null) {
			logger.warn("The rules of " + RULES + " are those of " + owner.place() + " alone, and those of "
					+ dropped.place() + " do not hold: a list is replaced as a whole, not "
					+ "merged. Write all rules in one place");
		}
	}

	private static void refuseValueOfGroup(PropertyMatch match) {
		ConfiguredProperty property = match.property();
		String name = match.name();
		String value = property.value();
		String example = example(match.deepest());
		if (!value.isEmpty()) {
			boolean limit = name.startsWith("ratelimit.limits.") && match.deepest().kind() == KnownProperty.Kind.GROUP;
			throw new InvalidConfigurationException(property, value,
					"stands where other properties have to be, one level below",
					limit ? "Write " + name + ".rate: " + value + " and " + name + ".key."
							: "Write for example " + name + "." + example + ".");
		}
		if (property.path().size() > 1) {
			throw new InvalidConfigurationException(property, value, "has nothing below it",
					"Remove it, or write for example " + name + "." + example + " below it, indented.");
		}
	}

	private static String example(KnownProperty group) {
		if (group.kind() == KnownProperty.Kind.MAP) {
			KnownProperty element = group.element();
			return element.takesValue() ? "<name>" : "<name>." + element.childNames().get(0);
		}
		return group.childNames().get(0);
	}

	private void checkValue(PropertyMatch match) {
		ValueRules.check(match.name(), match.deepest(), value(match));
	}

	private String value(PropertyMatch match) {
		return this.environment.resolvePlaceholders(match.property().value());
	}

	private void warnOfUnused(Map<String, PropertyMatch> winners) {
		PropertyMatch store = winners.get("ratelimit.store");
		String unused = UnusedSettings.find((store != null) ? value(store) : null, winners.values());
		if (unused != null) {
			logger.warn(unused);
		}
	}

}
