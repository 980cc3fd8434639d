package io.github.ratelimit.autoconfigure.properties;

import io.github.ratelimit.Suggestion;
import io.github.ratelimit.autoconfigure.properties.KnownNames.Match;
import io.github.ratelimit.autoconfigure.properties.LimitNames.Kind;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;
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

	private final KnownNames root = KnownNames.read();

	private final List<LimitNames> names;

	private final List<ConfiguredProperty> properties;

	private final MisplacedProperties misplaced;

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
		this.misplaced = new MisplacedProperties(this.root,
				(name) -> properties.stream()
					.filter((property) -> property.written().equals(name))
					.map(ConfiguredProperty::value)
					.findFirst()
					.orElse(null));
	}

	/**
	 * Checks everything that is configured.
	 * @param sources the application's property sources
	 * @throws InvalidConfigurationException for the first property that has a wrong place
	 */
	void checkAll(Iterable<ConfigurationPropertySource> sources) {
		this.misplaced.refuseOtherPrefixes(sources);
		this.properties.forEach(this::check);
	}

	/**
	 * Warns of an unknown property.
	 * @param property the property
	 * @throws InvalidConfigurationException if it has a value but can only have other
	 * properties below
	 */
	private void check(ConfiguredProperty property) {
		if (ModelNames.isOf(property)) {
			return;
		}
		Match match = this.root.match(property.name());
		if (match.isWhole()) {
			if (match.node().isGroup()) {
				refuseValueOfGroup(property, match.node());
			}
			else {
				refuseValueOfList(property, match.node());
			}
		}
		else if (property.variable()) {
			this.variables.put(property, match);
		}
		else {
			this.misplaced.refuse(property);
			warn(property, match, meant(property, match));
		}
	}

	private static void refuseValueOfList(ConfiguredProperty property, KnownNames list) {
		KnownNames element = list.below().get(KnownNames.INDEX);
		if (element != null && element.isGroup() && !property.value().isEmpty()) {
			throw new InvalidConfigurationException(property, property.value(), "is not a list",
					"Write " + property.written() + "[0]." + element.example() + ": in YAML, \"- " + element.example()
							+ ": \" below it, indented.");
		}
	}

	private static void refuseValueOfGroup(ConfiguredProperty property, KnownNames group) {
		String name = property.written();
		String value = property.value();
		if (!value.isEmpty()) {
			throw new InvalidConfigurationException(property, value,
					"is written where a group of properties is expected", remedy(name, value, group));
		}
		if (property.name().getNumberOfElements() > 1) {
			throw new InvalidConfigurationException(property, value, "has nothing below it",
					"Remove it, or write for example " + name + "." + group.example() + " below it, indented.");
		}
	}

	private static String remedy(String name, String value, KnownNames group) {
		if (!group.names().contains("rate")) {
			return "Write for example " + name + "." + group.example() + ".";
		}
		int last = name.lastIndexOf('.') + 1;
		return group.names().contains(name.substring(last))
				? "The name of the limit is missing: write " + name.substring(0, last) + "<name>."
						+ name.substring(last) + ": " + value + "."
				: "Write " + name + ".rate: " + value + " and " + name + ".key.";
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
				refuseLostVariable(variable);
				Optional<String> meant = meant(variable, match);
				if (meant.isPresent() || !NAMES_OF_SERVICES.contains(match.known())) {
					warn(variable, match, meant);
				}
			}
		});
	}

	/**
	 * Returns the names that were written instead of a property, or of one below it.
	 * @param environment the application's environment
	 * @param missing the name of the property
	 * @return the correct name by the unknown one, of the first of them
	 */
	static Optional<Map.Entry<String, String>> writtenInsteadOf(Environment environment, String missing) {
		List<ConfiguredProperty> properties = ConfiguredProperty.findAll(ConfigurationPropertySources.get(environment));
		UnknownProperties unknown = new UnknownProperties(List.of(), properties);
		return properties.stream().flatMap((property) -> {
			Match match = unknown.root.match(property.name());
			return match.isWhole() || ModelNames.isOf(property) ? Stream.<Map.Entry<String, String>>empty()
					: unknown.meant(property, match)
						.filter((meant) -> meant.equals(missing) || meant.startsWith(missing + ".")
								|| meant.startsWith(missing + "["))
						.map((meant) -> Map.entry(property.written(), meant))
						.stream();
		}).findFirst();
	}

	private static void warn(ConfiguredProperty property, Match match, Optional<String> meant) {
		List<String> names = match.node().names();
		logger.warn("Property '" + property.written() + "' (" + property.place() + ") has no effect. "
				+ meant.map((name) -> "Did you mean '" + name + "'?")
					.orElse(names.isEmpty() ? "Nothing can stand below '" + match.known() + "'."
							: "Below '" + match.known() + "' there can be " + ValueRules.oneOf(names) + ".")
				+ " [RL508]");
	}

	private Optional<String> meant(ConfiguredProperty property, Match match) {
		ConfigurationPropertyName name = match.name();
		KnownNames node = match.node();
		int size = name.getNumberOfElements();
		String first = name.getElement(match.depth(), Form.ORIGINAL);
		if (property.variable()) {
			return nearest(node, uniform(name, match.depth(), size)).map((child) -> match.known() + "." + child)
				.or(() -> nearest(node, first).map((child) -> match.known() + "." + child + belowGroup(match, child)))
				.map(UnknownProperties::variable);
		}
		KnownNames element = node.below().get(KnownNames.INDEX);
		if (element != null) {
			return element.isGroup()
					? Optional.of(match.known() + KnownNames.INDEX + below(name.subName(match.depth())))
					: Optional.empty();
		}
		return nearest(node, first).map((child) -> match.known() + "." + child + below(name.subName(match.depth() + 1)))
			.or(() -> Optional.ofNullable(elsewhere(this.root, "ratelimit", LimitNames.uniform(first))));
	}

	/** Returns what is written below a group that is meant, empty for another node. */
	private static String belowGroup(Match match, String child) {
		KnownNames node = match.node().below().get(child);
		return (node != null && !node.below().isEmpty()) ? below(match.name().subName(match.depth() + 1)) : "";
	}

	private static Optional<String> nearest(KnownNames node, String name) {
		String uniform = LimitNames.uniform(name);
		return Suggestion.nearest(name, node.names())
			.or(() -> node.names()
				.stream()
				.filter((child) -> uniform.length() > 2 && LimitNames.uniform(child).startsWith(uniform))
				.findFirst());
	}

	private static @Nullable String elsewhere(KnownNames node, String name, String uniform) {
		for (Map.Entry<String, KnownNames> child : node.below().entrySet()) {
			String childName = name + (child.getKey().equals(KnownNames.INDEX) ? "" : ".") + child.getKey();
			boolean same = node.names().contains(child.getKey()) && LimitNames.uniform(child.getKey()).equals(uniform);
			String found = same ? childName : elsewhere(child.getValue(), childName, uniform);
			if (found != null) {
				return found;
			}
		}
		return null;
	}

	private void refuseLostVariable(ConfiguredProperty variable) {
		String group = variable.name().getElement(1, Form.UNIFORM);
		this.names.stream()
			.filter((names) -> group.equals(names.kind().group()))
			.forEach((names) -> refuseLostVariable(variable, names));
	}

	private void refuseLostVariable(ConfiguredProperty variable, LimitNames names) {
		Kind kind = names.kind();
		ConfigurationPropertyName name = variable.name();
		int models = (kind == Kind.CLIENT) ? ModelNames.levelOfModels(name) : -1;
		if (models > 0) {
			if (models > ModelNames.LEVEL) {
				StringBuilder below = new StringBuilder();
				for (int i = models; i < name.getNumberOfElements(); i++) {
					below.append('.').append(name.getElement(i, Form.UNIFORM));
				}
				throw misspelt(variable, names, uniform(name, 2, models), below.toString());
			}
			return;
		}
		String index = name.isLastElementIndexed() ? "_" + name.getLastElement(Form.ORIGINAL) : "";
		int size = name.getNumberOfElements() - (index.isEmpty() ? 0 : 1);
		KnownNames group = this.root.find(name, 1);
		KnownNames named = (group != null) ? group.below().get(KnownNames.ANY) : null;
		for (int end = 3; named != null && end < size; end++) {
			String setting = uniform(name, end, size);
			if (named.names().stream().map(LimitNames::uniform).anyMatch(setting::equals)) {
				throw misspelt(variable, names, uniform(name, 2, end), "." + setting + index);
			}
		}
	}

	private static InvalidConfigurationException misspelt(ConfiguredProperty variable, LimitNames names, String meant,
			String below) {
		Kind kind = names.kind();
		return new InvalidConfigurationException(variable, variable.value(),
				"is not how an environment variable for "
						+ (names.isDeclared(meant) ? "the " + kind + " '" + names.spelled(meant) + "'" : "a " + kind)
						+ " is spelled",
				"Write " + variable("ratelimit." + kind.group() + "." + meant + below)
						+ ": in environment variables, names have neither dashes nor underscores.");
	}

	/** Returns elements of a name together, as Boot compares names. */
	static String uniform(ConfigurationPropertyName name, int from, int to) {
		StringBuilder uniform = new StringBuilder();
		for (int i = from; i < to; i++) {
			uniform.append(name.getElement(i, Form.UNIFORM));
		}
		return uniform.toString();
	}

	private static String below(ConfigurationPropertyName rest) {
		return (rest.isEmpty() || rest.isNumericIndex(0) ? "" : ".") + ConfiguredProperty.written(rest);
	}

	private static String variable(String name) {
		return name.replace("-", "").replace('.', '_').replace('[', '_').replace("]", "").toUpperCase(Locale.ROOT);
	}

}
