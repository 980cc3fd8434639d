package io.github.ratelimit.documentation;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Completes the blocks of YAML in the documentation, which may be a part of an
 * {@code application.yml}: the rules alone, one limit, or alternatives for one property.
 */
final class YamlConfigurations {

	private static final Pattern TOP_LEVEL = Pattern.compile("^([\\w-]+):", Pattern.MULTILINE);

	private static final Pattern OTHER_LIBRARY = Pattern
		.compile("^(bucket4j|resilience4j|apiVersion):|^spring:\\n  cloud:", Pattern.MULTILINE);

	private static final Set<String> ROOTS = Set.of("ratelimit", "spring", "management", "server");

	private static final Set<String> PROPERTIES_OF_A_LIMIT = Set.of("rate", "key", "cost");

	private static final Pattern LIMITS_OF_RULES = Pattern.compile("^\\s+limits: ([\\w, -]+?)\\s*(#.*)?$",
			Pattern.MULTILINE);

	private YamlConfigurations() {
	}

	/** Returns whether a block does not configure the application. */
	static boolean isForOthers(String yaml) {
		return OTHER_LIBRARY.matcher(yaml).find();
	}

	/** Returns one or several complete configurations. */
	static List<String> of(String yaml) {
		List<String> keys = TOP_LEVEL.matcher(yaml).results().map((key) -> key.group(1)).toList();
		if (ROOTS.containsAll(keys)) {
			return List.of(withLimitsOfRules(yaml));
		}
		if (keys.equals(List.of("rules"))) {
			return List.of(withLimitsOfRules("ratelimit:\n  http:\n" + yaml.indent(4)));
		}
		if (PROPERTIES_OF_A_LIMIT.containsAll(keys)) {
			return alternatives(yaml);
		}
		return List.of("ratelimit:\n  limits:\n" + yaml.indent(4));
	}

	private static List<String> alternatives(String yaml) {
		List<String> configurations = new ArrayList<>();
		for (String line : yaml.lines().filter((line) -> !line.isBlank()).toList()) {
			String limit = line.startsWith("rate") ? line + "\nkey: ip"
					: line.startsWith("key") ? line + "\nrate: 10/min" : line + "\nrate: 10/min\nkey: ip";
			configurations.add("ratelimit:\n  limits:\n    example:\n" + limit.indent(6));
		}
		return configurations;
	}

	/** Adds the limits that rules name and the block does not define. */
	private static String withLimitsOfRules(String yaml) {
		Set<String> named = new TreeSet<>();
		Matcher rules = LIMITS_OF_RULES.matcher(yaml);
		rules.results()
			.map((MatchResult rule) -> rule.group(1))
			.flatMap((names) -> List.of(names.split("\\s*,\\s*")).stream())
			.forEach(named::add);
		named.removeIf((name) -> Pattern.compile("^    " + name + ":", Pattern.MULTILINE).matcher(yaml).find());
		if (named.isEmpty()) {
			return yaml;
		}
		String limits = named.stream()
			.map((name) -> "    " + name + ": { rate: 10/min, key: " + (name.startsWith("per-") ? "user" : "ip")
					+ " }\n")
			.collect(Collectors.joining());
		return yaml.contains("\n  limits:\n") ? yaml.replaceFirst("\n  limits:\n", "\n  limits:\n" + limits)
				: yaml.replaceFirst("ratelimit:\n", "ratelimit:\n  limits:\n" + limits);
	}

}
