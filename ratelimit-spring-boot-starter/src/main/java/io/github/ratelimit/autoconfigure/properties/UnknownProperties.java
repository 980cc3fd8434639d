package io.github.ratelimit.autoconfigure.properties;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import io.github.ratelimit.Suggestion;
import io.github.ratelimit.autoconfigure.properties.LimitNames.Kind;
import io.github.ratelimit.autoconfigure.properties.PropertyTree.Match;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.core.env.Environment;

/**
 * Properties under {@code ratelimit} without an effect, and the ones that were probably
 * meant. An environment variable that was meant to be part of a limit or a client fails
 * at once: without it the limit would be another one without notice.
 */
final class UnknownProperties {

	private static final Log logger = LogFactory.getLog(UnknownProperties.class);

	private static final Set<String> NAMES_OF_SERVICES = Set.of("ratelimit", "ratelimit.redis");

	private final PropertyTree root = PropertyTree.read();

	private final List<LimitNames> names;

	private final List<ConfiguredProperty> properties;

	/** Variables that Boot may read in another way than their spelling suggests. */
	private final Map<ConfiguredProperty, Match> variables = new LinkedHashMap<>();

	/**
	 * Creates it.
	 * @param names the names of limits and clients as they are spelled
	 * @param properties everything that is configured
	 */
	UnknownProperties(List<LimitNames> names, List<ConfiguredProperty> properties) {
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
	}

	/**
	 * Warns of environment variables that nothing was bound to. Orchestrators create some
	 * from the names of services, such as RATELIMIT_SERVICE_HOST: those are ignored.
	 * @param bound whether something was bound to a variable
	 * @throws InvalidConfigurationException for a variable that was meant for a limit
	 */
	void checkVariables(Predicate<ConfiguredProperty> bound) {
		this.variables.forEach((variable, match) -> {
			if (!bound.test(variable)) {
				this.names.forEach((names) -> refuseLostVariable(variable, names));
				Optional<String> meant = meant(variable, match);
				if (meant.isPresent() || !NAMES_OF_SERVICES.contains(match.known())) {
					warn(variable, match, meant);
				}
			}
		});
	}

	private void refuseLostVariable(ConfiguredProperty variable, LimitNames names) {
		ConfigurationPropertyName name = variable.name();
		if (!names.isNamed(name)) {
			return;
		}
		int size = name.getNumberOfElements();
		int models = (names.kind() == Kind.CLIENT) ? ModelNames.levelOfModels(name) : -1;
		if (models > 0) {
			if (models > ModelNames.LEVEL) {
				throw misspelt(variable, names, models,
						IntStream.range(models, size)
							.mapToObj((element) -> "." + name.getElement(element, Form.UNIFORM))
							.collect(Collectors.joining()));
			}
			return;
		}
		String index = name.isLastElementIndexed() ? "_" + name.getLastElement(Form.ORIGINAL) : "";
		int last = size - (index.isEmpty() ? 0 : 1);
		List<String> settings = this.root.match(name.chop(3)).node().names();
		for (int end = 3; end < last; end++) {
			String setting = ConfiguredProperty.uniform(name, end, last);
			if (settings.stream().map(LimitNames::uniform).anyMatch(setting::equals)) {
				throw misspelt(variable, names, end, "." + setting + index);
			}
		}
	}

	private static InvalidConfigurationException misspelt(ConfiguredProperty variable, LimitNames names, int end,
			String below) {
		String meant = ConfiguredProperty.uniform(variable.name(), 2, end);
		return new InvalidConfigurationException(variable, variable.value(),
				"is not how an environment variable for " + (names.isDeclared(meant)
						? "the " + names.kind() + " '" + names.spelled(meant) + "'" : "a " + names.kind())
						+ " is spelled",
				"Write " + ConfiguredProperty.variable("ratelimit." + names.kind().group() + "." + meant + below)
						+ ": in environment variables, names have neither dashes nor underscores.");
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
		UnknownProperties unknown = new UnknownProperties(List.of(), all);
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
