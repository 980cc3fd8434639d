package io.github.ratelimit.autoconfigure;

import io.github.ratelimit.Limit;
import io.github.ratelimit.Suggestion;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The names of the limits as files spell them. Boot compares names by their letters and
 * digits only, drops other characters, and makes a name of its own out of an environment
 * variable; a limit is called what its file calls it.
 */
final class LimitNames implements MapNames {

	private static final String LETTERS = "A limit's name is made of letters (a-z, A-Z), digits, '-' and '_'.";

	private static final String PREFIX = "ratelimit.limits.";

	private static final String PLANS = "plans";

	private final Map<String, Declared> byUniform = new LinkedHashMap<>();

	/** By the uniform names of the limits. */
	private final Map<String, PlanNames> plans = new HashMap<>();

	private LimitNames() {
	}

	/**
	 * Collects the names.
	 * @param properties everything that is configured
	 * @return the names
	 * @throws InvalidConfigurationException if a name has other characters than it may
	 * have, or two spellings of a name are one name to Boot
	 */
	static LimitNames of(Iterable<ConfiguredProperty> properties) {
		LimitNames names = new LimitNames();
		for (ConfiguredProperty property : properties) {
			if (isOfLimit(property) && !property.variable()) {
				names.add(property);
				if (isOfPlan(property)) {
					names.plans.computeIfAbsent(uniformLimit(property), (limit) -> new PlanNames()).add(property);
				}
			}
		}
		for (ConfiguredProperty property : properties) {
			if (isOfLimit(property) && property.variable()) {
				names.checkReach(property);
				if (isOfPlan(property)) {
					names.plans.getOrDefault(uniformLimit(property), PlanNames.NONE).checkReach(property);
				}
			}
		}
		return names;
	}

	private static boolean isOfPlan(ConfiguredProperty property) {
		return property.path().size() > 4 && property.path().get(3).uniform().equals(PLANS);
	}

	private static String uniformLimit(ConfiguredProperty property) {
		return property.path().get(2).uniform();
	}

	private static boolean isOfLimit(ConfiguredProperty property) {
		PropertyPath path = property.path();
		return path.size() > 2 && path.get(1).uniform().equals("limits");
	}

	private void add(ConfiguredProperty property) {
		PropertyPath.Element element = property.path().get(2);
		if (element.isIndex()) {
			throw new InvalidConfigurationException(property, element.text(),
					"is no name of a limit but the index of a list, or a number that YAML reads as one",
					"Write the limits as a map from their names: ratelimit.limits.<name>.rate. "
							+ "A name that is a number needs quotes.");
		}
		checkCharacters(property, element.text());
		Declared declared = new Declared(element.text(), element.bracketed(), property);
		Declared earlier = this.byUniform.putIfAbsent(element.uniform(), declared);
		if (earlier != null && !earlier.isSpelledLike(declared)) {
			throw new InvalidConfigurationException(property, declared.written(),
					"is another spelling of the limit '" + earlier.written() + "' (" + earlier.property().place()
							+ "), and only letters and digits tell names apart",
					"Spell it '" + earlier.written() + "' everywhere, or give one of the two another name.");
		}
	}

	private static void checkCharacters(ConfiguredProperty property, String name) {
		Set<String> foreign = new HashSet<>();
		name.codePoints()
			.filter((c) -> !isNameCharacter(c))
			.forEach((c) -> foreign.add("'" + Character.toString(c) + "'"));
		if (!foreign.isEmpty()) {
			throw new InvalidConfigurationException(property, name,
					"is no name for a limit: it has " + String.join(", ", foreign.stream().sorted().toList()), LETTERS);
		}
		if (PropertyPath.uniform(name).isEmpty()) {
			throw new InvalidConfigurationException(property, name,
					"is no name for a limit: it has neither letter nor digit", LETTERS);
		}
		if (name.length() > Limit.MAX_NAME_LENGTH) {
			throw new InvalidConfigurationException(property, name,
					"is no name for a limit: it has " + name.length() + " characters",
					"Shorten it to at most " + Limit.MAX_NAME_LENGTH + ".");
		}
	}

	private static boolean isNameCharacter(int c) {
		return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
	}

	private void checkReach(ConfiguredProperty variable) {
		Declared declared = this.byUniform.get(variable.path().get(2).uniform());
		if (declared != null && !declared.isReachedByVariables()) {
			throw new InvalidConfigurationException(variable, variable.value(),
					"does not reach the limit '" + declared.written() + "' (" + declared.property().place()
							+ "), because environment variables have no brackets",
					"Write the limit's name without brackets: " + declared.name() + ".");
		}
	}

	/**
	 * Returns the names below a map, which is that of the limits or of a limit's plans.
	 */
	MapNames below(String map) {
		return map.endsWith("." + PLANS) && map.startsWith(PREFIX)
				? plansOf(map.substring(PREFIX.length(), map.length() - PLANS.length() - 1)) : this;
	}

	/** Returns the names of a limit's plans. */
	PlanNames plansOf(String limit) {
		return this.plans.getOrDefault(PropertyPath.uniform(limit), PlanNames.NONE);
	}

	@Override
	public String spelled(String name) {
		Declared declared = this.byUniform.get(PropertyPath.uniform(name));
		return (declared != null) ? declared.name() : name;
	}

	/** Returns whether a file has this limit. */
	boolean isDeclared(String name) {
		return this.byUniform.containsKey(PropertyPath.uniform(name));
	}

	@Override
	public Collection<String> declared() {
		return this.byUniform.values().stream().map(Declared::name).toList();
	}

	/** Returns the declared name that was probably meant. */
	Optional<String> nearest(String name) {
		return Suggestion.nearest(name, declared());
	}

	/**
	 * A name where it was seen first.
	 *
	 * @param name the name
	 * @param bracketed whether it is written in brackets
	 * @param property a property of that limit
	 */
	private record Declared(String name, boolean bracketed, ConfiguredProperty property) {

		String written() {
			return this.bracketed ? "[" + this.name + "]" : this.name;
		}

		boolean isSpelledLike(Declared other) {
			return this.name.equals(other.name) && (this.bracketed == other.bracketed || isReachedByVariables());
		}

		boolean isReachedByVariables() {
			return !this.bracketed || this.name.equals(PropertyPath.uniform(this.name));
		}

	}

}
