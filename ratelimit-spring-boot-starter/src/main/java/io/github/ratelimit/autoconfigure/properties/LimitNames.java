package io.github.ratelimit.autoconfigure.properties;

import io.github.ratelimit.Limit;
import io.github.ratelimit.Suggestion;
import io.github.ratelimit.autoconfigure.properties.LimitNames.Kind;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;

/**
 * The names of the limits, or of the clients, as files spell them. Boot compares names by
 * their letters and digits only, drops other characters, and creates its own name from an
 * environment variable; a limit has the name in its file.
 */
final class LimitNames {

	private static final String PLANS = "plans";

	/** A character that Boot would drop. */
	private static final Pattern FOREIGN = Pattern.compile("[^a-zA-Z0-9_-]");

	private final Map<String, Declared> byUniform = new LinkedHashMap<>();

	/** By the uniform names of the limits. */
	private final Map<String, PlanNames> plans = new HashMap<>();

	private final Kind kind;

	private LimitNames(Kind kind) {
		this.kind = kind;
	}

	/**
	 * Collects the names.
	 * @param kind the kind of the names
	 * @param properties everything that is configured
	 * @return the names
	 * @throws InvalidConfigurationException if a name has other characters than it may
	 * have, or two spellings of a name are one name to Boot
	 */
	static LimitNames of(Kind kind, Iterable<ConfiguredProperty> properties) {
		LimitNames names = new LimitNames(kind);
		for (ConfiguredProperty property : properties) {
			if (names.isNamed(property.name()) && !property.variable()) {
				names.add(property);
				if (kind == Kind.LIMIT) {
					names.plans.computeIfAbsent(uniformName(property), (limit) -> new PlanNames()).add(property);
				}
			}
		}
		for (ConfiguredProperty property : properties) {
			if (names.isNamed(property.name()) && property.variable()) {
				names.checkReach(property);
				if (names.isOfPlan(property.name())) {
					names.plansOf(uniformName(property)).checkReach(property);
				}
			}
		}
		return names;
	}

	private static String uniformName(ConfiguredProperty property) {
		return property.name().getElement(2, Form.UNIFORM);
	}

	private boolean isNamed(ConfigurationPropertyName name) {
		return name.getNumberOfElements() > 2 && name.getElement(1, Form.UNIFORM).equals(this.kind.group());
	}

	private boolean isOfPlan(ConfigurationPropertyName name) {
		return this.kind == Kind.LIMIT && isNamed(name) && name.getNumberOfElements() > 4
				&& name.getElement(3, Form.UNIFORM).equals(PLANS);
	}

	private void add(ConfiguredProperty property) {
		ConfigurationPropertyName name = property.name();
		boolean bracketed = name.chop(3).isLastElementIndexed();
		String text = bracketed ? name.getElement(2, Form.ORIGINAL) : property.written().split("[.\\[]", 4)[2];
		if (name.isNumericIndex(2)) {
			throw new InvalidConfigurationException(property, text,
					"is not the name of a " + this.kind
							+ " but the index of a list, or a number that YAML reads as one",
					"Write the " + this.kind.group() + " as a map from their names: ratelimit." + this.kind.group()
							+ ".<name>." + this.kind.example() + ". " + "A name that is a number needs quotes.");
		}
		checkCharacters(property, text);
		Declared declared = new Declared(text, bracketed, property);
		Declared earlier = this.byUniform.putIfAbsent(uniform(text), declared);
		if (earlier != null && !earlier.isSpelledLike(declared)) {
			throw new InvalidConfigurationException(property, declared.written(),
					"is another spelling of the " + this.kind + " '" + earlier.written() + "' ("
							+ earlier.property().place() + "): names are compared by their letters and digits only",
					"Spell it '" + earlier.written() + "' everywhere, or give one of the two another name.");
		}
	}

	private void checkCharacters(ConfiguredProperty property, String name) {
		String foreign = FOREIGN.matcher(name)
			.results()
			.map((character) -> "'" + character.group() + "'")
			.distinct()
			.sorted()
			.collect(Collectors.joining(", "));
		if (foreign.isEmpty() && name.length() > Limit.MAX_NAME_LENGTH) {
			throw new InvalidConfigurationException(property, name,
					"is not a valid name of a " + this.kind + ": it has " + name.length() + " characters",
					"Shorten it to at most " + Limit.MAX_NAME_LENGTH + ".");
		}
		if (!foreign.isEmpty() || uniform(name).isEmpty()) {
			throw new InvalidConfigurationException(property, name,
					"is not a valid name of a " + this.kind + ": "
							+ (foreign.isEmpty() ? "it has neither letter nor digit" : "it has " + foreign),
					"A " + this.kind + "'s name is made of letters (a-z, A-Z), digits, '-' and '_'.");
		}
	}

	private void checkReach(ConfiguredProperty variable) {
		Declared declared = this.byUniform.get(uniformName(variable));
		if (declared != null && !declared.isReachedByVariables()) {
			throw variable.invalid(
					"does not reach the " + this.kind + " '" + declared.written() + "' (" + declared.property().place()
							+ "), because environment variables have no brackets",
					"Write the " + this.kind + "'s name without brackets: " + declared.name() + ".");
		}
	}

	/**
	 * Refuses an environment variable that nothing was bound to, if it was meant for an
	 * entry of this kind: in a variable, the name of the entry has no separators.
	 * @param variable the variable
	 * @param root the names of all properties
	 * @throws InvalidConfigurationException with the right name of the variable
	 */
	void refuseLost(ConfiguredProperty variable, PropertyTree root) {
		ConfigurationPropertyName name = variable.name();
		if (!isNamed(name)) {
			return;
		}
		int size = name.getNumberOfElements();
		int models = (this.kind == Kind.CLIENT) ? ModelNames.levelOfModels(name) : -1;
		if (models > ModelNames.LEVEL) {
			throw misspelt(variable, models,
					IntStream.range(models, size)
						.mapToObj((element) -> "." + name.getElement(element, Form.UNIFORM))
						.collect(Collectors.joining()));
		}
		String index = name.isLastElementIndexed() ? "_" + name.getLastElement(Form.ORIGINAL) : "";
		int last = size - (index.isEmpty() ? 0 : 1);
		List<String> settings = root.match(ConfigurationPropertyName.of("ratelimit." + this.kind.group() + ".name"))
			.node()
			.names();
		for (int end = 3; models < 0 && end < last; end++) {
			String setting = ConfiguredProperty.uniform(name, end, last);
			if (settings.stream().map(LimitNames::uniform).anyMatch(setting::equals)) {
				throw misspelt(variable, end, "." + setting + index);
			}
		}
	}

	private InvalidConfigurationException misspelt(ConfiguredProperty variable, int end, String below) {
		String meant = ConfiguredProperty.uniform(variable.name(), 2, end);
		return variable.invalid(
				"is not how an environment variable for "
						+ (isDeclared(meant) ? "the " + this.kind + " '" + spelled(meant) + "'" : "a " + this.kind)
						+ " is spelled",
				"Write " + ConfiguredProperty.variable("ratelimit." + this.kind.group() + "." + meant + below)
						+ ": in environment variables, names have neither dashes nor underscores.");
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
		if (!isNamed(name)) {
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

	/** Returns whether a file has this name. */
	boolean isDeclared(String name) {
		return this.byUniform.containsKey(uniform(name));
	}

	/** Returns the declared name that was probably meant. */
	Optional<String> nearest(String name) {
		return Suggestion.nearest(name, this.byUniform.values().stream().map(Declared::name).toList());
	}

	/** The kinds of entries that the application names. */
	enum Kind {

		/** Limits. */
		LIMIT("rate"),

		/** Clients. */
		CLIENT("match");

		private final String example;

		Kind(String example) {
			this.example = example;
		}

		/** Returns a property below a name. */
		String example() {
			return this.example;
		}

		/** Returns the property that has them below it. */
		String group() {
			return this + "s";
		}

		@Override
		public String toString() {
			return name().toLowerCase(Locale.ROOT);
		}

	}

	/**
	 * A name at its first occurrence.
	 *
	 * @param name the name
	 * @param bracketed whether it is written in brackets
	 * @param property a property below the name
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
