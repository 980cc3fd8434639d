package io.github.ratelimit.autoconfigure.properties;

import io.github.ratelimit.Suggestion;
import io.github.ratelimit.autoconfigure.properties.PropertyTree.Match;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.core.env.Environment;
import org.springframework.core.env.PropertySource;

/**
 * Warns of properties under {@code ratelimit} that have no effect: unknown ones, with
 * those that were probably meant, rules that another source replaces, and settings of
 * Redis without Redis.
 */
final class PropertiesWithoutEffect {

	private static final Log logger = LogFactory.getLog(PropertiesWithoutEffect.class);

	private static final ConfigurationPropertyName RULES = ConfigurationPropertyName.of("ratelimit.http.rules");

	private static final ConfigurationPropertyName REDIS = ConfigurationPropertyName.of("ratelimit.redis");

	private static final Set<String> NAMES_OF_SERVICES = Set.of("ratelimit", "ratelimit.redis");

	private final PropertyTree root = PropertyTree.read();

	private final List<LimitNames> names;

	private final List<ConfiguredProperty> properties;

	/** Variables that Boot may read in another way than their spelling suggests. */
	private final Map<ConfiguredProperty, Match> variables = new LinkedHashMap<>();

	/** The variables, in each spelling, that Boot reads for what is bound. */
	private final Set<String> boundVariables = new HashSet<>();

	/** The variables above, by those that keep the separators of names. */
	private final Map<String, String> withSeparators = new HashMap<>();

	private final Set<String> settingsOfRedis = new TreeSet<>();

	/**
	 * Creates it.
	 * @param names the names of limits and clients as they are spelled
	 * @param properties everything that is configured
	 */
	PropertiesWithoutEffect(List<LimitNames> names, List<ConfiguredProperty> properties) {
		this.names = names;
		this.properties = properties;
	}

	/**
	 * Checks everything that is configured, and warns of unknown properties.
	 * @param sources the application's property sources
	 * @throws InvalidConfigurationException for the first property that has a wrong
	 * place, or a value where further properties are expected
	 */
	void checkAll(Iterable<ConfigurationPropertySource> sources) {
		MisplacedProperties misplaced = new MisplacedProperties(this.root);
		OtherLibrariesNames others = new OtherLibrariesNames(this.properties);
		ConfiguredProperty.findSimilar(sources).forEach(misplaced::refuseOtherPrefix);
		for (ConfiguredProperty property : this.properties) {
			Match match = this.root.match(property.name());
			if (ModelNames.isOf(property)) {
				continue;
			}
			ModelNames.refuseValue(property);
			if (match.isWhole()) {
				MisplacedProperties.refuseValue(property, match.node());
			}
			else if (property.variable()) {
				this.variables.put(property, match);
			}
			else {
				misplaced.refuse(property);
				others.refuse(property);
				warn(property, match, meant(property, match));
			}
		}
		warnOfReplacedRules();
	}

	/** A list is taken as a whole from the first source that has a part of it. */
	private void warnOfReplacedRules() {
		List<ConfiguredProperty> rules = new ArrayList<>();
		Set<PropertySource<?>> sources = new HashSet<>();
		for (ConfiguredProperty property : this.properties) {
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

	/** Records that a property is bound. */
	void addBound(ConfigurationPropertyName name, @Nullable ConfigurationProperty property) {
		String written = ConfiguredProperty.written(name);
		String variable = ConfiguredProperty.variable(written.replace("_", ""));
		this.boundVariables.add(variable);
		this.withSeparators.put(ConfiguredProperty.variable(written.replace('-', '_')), variable);
		if (property != null
				&& (REDIS.isAncestorOf(name) || name.getLastElement(Form.UNIFORM).equals("onstorefailure"))) {
			this.settingsOfRedis.add(written + " (" + property.getOrigin() + ")");
		}
	}

	/**
	 * Warns of what has no effect when everything is bound. Orchestrators create some
	 * variables from the names of services, such as RATELIMIT_SERVICE_HOST: those are
	 * ignored.
	 * @param redis whether permits are kept in Redis
	 * @throws InvalidConfigurationException for a variable that was meant for a limit
	 */
	void checkBound(boolean redis) {
		this.variables.forEach((variable, match) -> {
			if (!isBound(variable)) {
				this.names.forEach((names) -> names.refuseLost(variable, this.root));
				Optional<String> meant = meant(variable, match);
				if (meant.isPresent() || !NAMES_OF_SERVICES.contains(match.known())) {
					warn(variable, match, meant);
				}
			}
		});
		if (!redis && !this.settingsOfRedis.isEmpty()) {
			logger.warn("Permits are kept in memory (ratelimit.store is memory), so these properties have no effect: "
					+ String.join(", ", this.settingsOfRedis) + " [RL510]");
		}
	}

	/** Boot does not look up elements of a list that another source replaces. */
	private boolean isBound(ConfiguredProperty variable) {
		String name = variable.written().toUpperCase(Locale.ROOT);
		return isBound(variable, name) || isBound(variable, name.replaceFirst("_[0-9]+$", ""));
	}

	/** Of both spellings in one source, Boot binds the one without separators. */
	private boolean isBound(ConfiguredProperty variable, String name) {
		String other = this.withSeparators.get(name);
		return this.boundVariables.contains(name) || (other != null && this.properties.stream()
			.noneMatch((property) -> property.source() == variable.source()
					&& property.written().equalsIgnoreCase(other)));
	}

	/**
	 * Returns the correction of a failure, given everything that is configured: a
	 * misspelt property often is why another one is missing.
	 * @param failure the failure
	 * @param environment the application's environment
	 * @return a sentence
	 */
	static String remedy(InvalidConfigurationException failure, Environment environment) {
		String property = failure.property();
		boolean ofRule = property.startsWith("ratelimit.http.rules[") && property.endsWith(".limits");
		if (!failure.value().isEmpty() && !ofRule) {
			return failure.remedy();
		}
		String missing = failure.value().isEmpty() ? property : "ratelimit.limits." + failure.value();
		List<ConfiguredProperty> all = ConfiguredProperty.findAll(ConfigurationPropertySources.get(environment));
		PropertiesWithoutEffect unknown = new PropertiesWithoutEffect(List.of(), all);
		for (ConfiguredProperty other : all) {
			Match match = unknown.root.match(other.name());
			if (!match.isWhole() && !ModelNames.isOf(other)) {
				String meant = unknown.meant(other, match).orElse("");
				if (meant.equals(missing) || meant.startsWith(missing + ".") || meant.startsWith(missing + "[")) {
					return "Write " + meant + " instead of " + other.written() + ", which has no effect.";
				}
			}
		}
		return failure.remedy();
	}

	private static void warn(ConfiguredProperty property, Match match, Optional<String> meant) {
		List<String> names = match.node().names();
		logger.warn("Property '" + property.written() + "' (" + property.place() + ") has no effect. "
				+ meant.map((name) -> "Did you mean '" + name + "'?")
					.orElse(names.isEmpty() ? "Nothing can stand below '" + match.known() + "'."
							: "Below '" + match.known() + "' there can be " + AllowedValues.oneOf(names) + ".")
				+ " [RL508]");
	}

	private Optional<String> meant(ConfiguredProperty property, Match match) {
		ConfigurationPropertyName name = match.name();
		PropertyTree node = match.node();
		int size = name.getNumberOfElements();
		String first = name.getElement(match.depth(), Form.ORIGINAL);
		if (property.variable()) {
			return nearest(node, ConfiguredProperty.uniform(name, match.depth(), size))
				.map((child) -> match.known() + "." + child)
				.or(() -> nearest(node, first).map((child) -> match.known() + "." + child + belowGroup(match, child)))
				.map(ConfiguredProperty::variable);
		}
		PropertyTree element = node.below().get(PropertyTree.INDEX);
		if (element != null) {
			return element.isGroup()
					? Optional.of(match.known() + PropertyTree.INDEX + below(name.subName(match.depth())))
					: Optional.empty();
		}
		return nearest(node, first).map((child) -> match.known() + "." + child + below(name.subName(match.depth() + 1)))
			.or(() -> Optional.ofNullable(elsewhere(this.root, "ratelimit", LimitNames.uniform(first))));
	}

	/** Returns what is written below a group that is meant, empty for another node. */
	private static String belowGroup(Match match, String child) {
		PropertyTree node = match.node().below().get(child);
		return (node != null && !node.below().isEmpty()) ? below(match.name().subName(match.depth() + 1)) : "";
	}

	private static String below(ConfigurationPropertyName rest) {
		return (rest.isEmpty() || rest.isNumericIndex(0) ? "" : ".") + ConfiguredProperty.written(rest);
	}

	private static Optional<String> nearest(PropertyTree node, String name) {
		String uniform = LimitNames.uniform(name);
		return Suggestion.nearest(name, node.names())
			.or(() -> node.names()
				.stream()
				.filter((child) -> uniform.length() > 2 && LimitNames.uniform(child).startsWith(uniform))
				.findFirst());
	}

	private static @Nullable String elsewhere(PropertyTree node, String name, String uniform) {
		for (Map.Entry<String, PropertyTree> child : node.below().entrySet()) {
			String childName = name + (child.getKey().equals(PropertyTree.INDEX) ? "" : ".") + child.getKey();
			boolean same = LimitNames.uniform(child.getKey()).equals(uniform) && node.names().contains(child.getKey());
			String found = same ? childName : elsewhere(child.getValue(), childName, uniform);
			if (found != null) {
				return found;
			}
		}
		return null;
	}

}
