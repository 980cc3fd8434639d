package io.github.ratelimit.autoconfigure.properties;

import io.github.ratelimit.Suggestion;
import io.github.ratelimit.autoconfigure.properties.PropertyTree.Match;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;

/**
 * Refuses properties that have a known name at the wrong place, such as {@code http:}
 * indented below {@code limits:}, and values where further properties are expected. The
 * configuration is then not what its author sees, so it is not only a warning.
 */
final class MisplacedProperties {

	private static final Set<String> FOREIGN_ROOTS = Set.of("spring", "server", "management", "logging");

	private static final Pattern PATH_AS_NAME = Pattern
		.compile("ratelimit\\.http\\.rules\\.\\[?(/.*?)]?(?:\\.limits(?:\\[0])?)?");

	private final PropertyTree root;

	MisplacedProperties(PropertyTree root) {
		this.root = root;
	}

	/**
	 * Refuses a property of ours below another prefix.
	 * @param property a property with a similar name
	 * @throws InvalidConfigurationException if it is one
	 */
	void refuseOtherPrefix(ConfiguredProperty property) {
		ConfigurationPropertyName name = property.name();
		int size = name.getNumberOfElements();
		if (property.variable() || size < 3) {
			return;
		}
		String first = name.getElement(0, Form.UNIFORM);
		String second = name.getElement(1, Form.UNIFORM);
		if (size > 3 && FOREIGN_ROOTS.contains(first) && second.equals("ratelimit")) {
			refuseIfKnown(property, meant(name, 2), "is below " + first + ", where it has no effect",
					": in YAML, ratelimit: begins in the first column, as " + first + ": does.");
		}
		if (!first.equals("ratelimit") && Suggestion.nearest(first, List.of("ratelimit")).isPresent()
				&& Set.of("limits", "clients", "http").contains(second)) {
			refuseIfKnown(property, meant(name, 1), "has no effect: its prefix is not ratelimit", ".");
		}
	}

	/** Returns the name without its first elements, below our prefix. */
	private static ConfigurationPropertyName meant(ConfigurationPropertyName name, int first) {
		return ConfiguredProperty.ROOT.append(name.subName(first));
	}

	private void refuseIfKnown(ConfiguredProperty property, ConfigurationPropertyName meant, String problem,
			String hint) {
		PropertyTree.Match match = this.root.match(meant);
		if (match.isWhole() && !match.node().isGroup()) {
			throw property.invalid(problem, "Write " + ConfiguredProperty.written(meant) + hint);
		}
	}

	/**
	 * Refuses a property that is not known at its place and would be at another one.
	 * @param property the property, of a file
	 * @throws InvalidConfigurationException if it is known elsewhere
	 */
	void refuse(ConfiguredProperty property) {
		ConfigurationPropertyName name = property.name();
		refusePathAsName(property);
		for (int extra = 1; extra <= 2 && name.getNumberOfElements() - extra > 2; extra++) {
			if (!name.isNumericIndex(1 + extra)) {
				refuseIfKnown(property, meant(name, 1 + extra),
						"is below " + original(name, extra) + ", where it has no effect",
						": in YAML, indent " + original(name, 1 + extra) + ": as deep as " + original(name, 1) + ":.");
			}
		}
		ConfigurationPropertyName dashed = withDash(name);
		if (dashed != null) {
			refuseIfKnown(property, dashed, "is not in a list of rules",
					": in YAML, each rule below rules: begins with a dash, as in \"- path: /v1/**\".");
		}
		if (this.root.find(name, 1) == null) {
			for (String group : this.root.names()) {
				ConfigurationPropertyName below = ConfiguredProperty.ROOT.append(group).append(name.subName(1));
				refuseIfKnown(property, Objects.requireNonNullElse(withDash(below), below),
						"has no effect at this place",
						": in YAML, " + original(name, 1) + ": belongs below " + group + ":, indented.");
			}
		}
	}

	private static String original(ConfigurationPropertyName name, int element) {
		return name.getElement(element, Form.ORIGINAL);
	}

	/** Boot's name of a path has lost its slashes, so this reads it as it is written. */
	private static void refusePathAsName(ConfiguredProperty property) {
		Matcher matcher = PATH_AS_NAME.matcher(property.written());
		if (matcher.matches()) {
			String rule = "ratelimit.http.rules[0]";
			throw property.invalid("is not in a list of rules",
					"Write " + rule + ".path: " + matcher.group(1) + " and " + rule + ".limits: " + property.value()
							+ ": in YAML, each rule below rules: begins with a dash, as in \"- path: "
							+ matcher.group(1) + "\".");
		}
	}

	/**
	 * Returns the name with an index behind rules, null if that is not what is missing.
	 */
	private static @Nullable ConfigurationPropertyName withDash(ConfigurationPropertyName name) {
		for (int i = 1; i < Math.min(3, name.getNumberOfElements() - 1); i++) {
			if (name.getElement(i, Form.UNIFORM).equals("rules") && !name.isNumericIndex(i + 1)) {
				return name.chop(i + 1).append("[0]").append(name.subName(i + 1));
			}
		}
		return null;
	}

	/**
	 * Refuses a value where only further properties can be, and a group without any.
	 * @param property the property
	 * @param node what is known below it
	 * @throws InvalidConfigurationException if it is one
	 */
	static void refuseValue(ConfiguredProperty property, PropertyTree node) {
		String name = property.written();
		String value = property.value();
		PropertyTree element = node.below().get(PropertyTree.INDEX);
		if (element != null && element.isGroup() && !value.isEmpty()) {
			throw property.invalid("is not a list", "Write " + name + "[0]." + element.example() + ": in YAML, \"- "
					+ element.example() + ": \" below it, indented.");
		}
		if (node.isGroup() && !value.isEmpty()) {
			throw property.invalid("is written where a group of properties is expected", remedy(name, value, node));
		}
		if (node.isGroup() && property.name().getNumberOfElements() > 1) {
			throw property.invalid("has nothing below it",
					"Remove it, or write for example " + name + "." + node.example() + " below it, indented.");
		}
	}

	private static String remedy(String name, String value, PropertyTree group) {
		if (!group.names().contains("rate")) {
			return "Write for example " + name + "." + group.example() + ".";
		}
		int last = name.lastIndexOf('.') + 1;
		return group.names().contains(name.substring(last))
				? "The name of the limit is missing: write " + name.substring(0, last) + "<name>."
						+ name.substring(last) + ": " + value + "."
				: "Write " + name + ".rate: " + value + " and " + name + ".key.";
	}

}
