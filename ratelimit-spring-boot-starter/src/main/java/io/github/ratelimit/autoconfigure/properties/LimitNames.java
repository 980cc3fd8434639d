package io.github.ratelimit.autoconfigure.properties;

import io.github.ratelimit.Limit;
import io.github.ratelimit.Suggestion;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;

/**
 * The names of the limits as files spell them. Boot compares names by their letters and
 * digits only, drops other characters, and creates its own name from an environment
 * variable; a limit has the name in its file.
 */
final class LimitNames {

	private static final String LETTERS = "A limit's name is made of letters (a-z, A-Z), digits, '-' and '_'.";

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
			if (isOfLimit(property.name()) && !property.variable()) {
				names.add(property);
				names.plans.computeIfAbsent(uniformLimit(property), (limit) -> new PlanNames()).add(property);
			}
		}
		for (ConfiguredProperty property : properties) {
			if (isOfLimit(property.name()) && property.variable()) {
				names.checkReach(property);
				if (isOfPlan(property.name())) {
					names.plansOf(uniformLimit(property)).checkReach(property);
				}
			}
		}
		return names;
	}

	private static String uniformLimit(ConfiguredProperty property) {
		return property.name().getElement(2, Form.UNIFORM);
	}

	private static boolean isOfLimit(ConfigurationPropertyName name) {
		return name.getNumberOfElements() > 2 && name.getElement(1, Form.UNIFORM).equals("limits");
	}

	private static boolean isOfPlan(ConfigurationPropertyName name) {
		return isOfLimit(name) && name.getNumberOfElements() > 4 && name.getElement(3, Form.UNIFORM).equals(PLANS);
	}

	private void add(ConfiguredProperty property) {
		ConfigurationPropertyName name = property.name();
		boolean bracketed = name.chop(3).isLastElementIndexed();
		String text = bracketed ? name.getElement(2, Form.ORIGINAL) : property.written().split("[.\\[]", 4)[2];
		if (name.isNumericIndex(2)) {
			throw new InvalidConfigurationException(property, text,
					"is no name of a limit but the index of a list, or a number that YAML reads as one",
					"Write the limits as a map from their names: ratelimit.limits.<name>.rate. "
							+ "A name that is a number needs quotes.");
		}
		checkCharacters(property, text);
		Declared declared = new Declared(text, bracketed, property);
		Declared earlier = this.byUniform.putIfAbsent(uniform(text), declared);
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
		if (uniform(name).isEmpty()) {
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
		Declared declared = this.byUniform.get(uniformLimit(variable));
		if (declared != null && !declared.isReachedByVariables()) {
			throw new InvalidConfigurationException(variable, variable.value(),
					"does not reach the limit '" + declared.written() + "' (" + declared.property().place()
							+ "), because environment variables have no brackets",
					"Write the limit's name without brackets: " + declared.name() + ".");
		}
	}

	/** Returns the form in which Boot compares names: lower-case letters and digits. */
	static String uniform(String text) {
		return text.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "");
	}

	/**
	 * Returns whether a name belongs to an additional entry that Boot creates from an
	 * environment variable, beside the limit or plan that is meant.
	 */
	boolean isPhantom(ConfigurationPropertyName name) {
		if (!isOfLimit(name)) {
			return false;
		}
		String limit = name.getElement(2, Form.ORIGINAL);
		return !spelled(limit).equals(limit) || (isOfPlan(name) && plansOf(limit).isPhantom(name));
	}

	/** Returns the names of a limit's plans. */
	PlanNames plansOf(String limit) {
		return this.plans.getOrDefault(uniform(limit), PlanNames.NONE);
	}

	/** Returns a name as a file spells it, or the given one if no file has it. */
	String spelled(String name) {
		Declared declared = this.byUniform.get(uniform(name));
		return (declared != null) ? declared.name() : name;
	}

	/** Returns whether a file has this limit. */
	boolean isDeclared(String name) {
		return this.byUniform.containsKey(uniform(name));
	}

	/** Returns the declared name that was probably meant. */
	Optional<String> nearest(String name) {
		return Suggestion.nearest(name, this.byUniform.values().stream().map(Declared::name).toList());
	}

	/**
	 * A name at its first occurrence.
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
			return !this.bracketed || this.name.equals(uniform(this.name));
		}

	}

}
