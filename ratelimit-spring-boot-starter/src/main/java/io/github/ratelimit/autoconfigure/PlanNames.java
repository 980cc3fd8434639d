package io.github.ratelimit.autoconfigure;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * The names of one limit's plans as files spell them. What a plan is called is said by
 * whoever knows the plans, such as a token's issuer; so in brackets a name may have any
 * characters.
 */
final class PlanNames implements MapNames {

	static final PlanNames NONE = new PlanNames();

	private static final String REMEDY = "Write a name that has other characters than letters, digits and '-' in "
			+ "quotes and brackets: \"[%s]\".";

	private final Map<String, String> byUniform = new LinkedHashMap<>();

	private final Set<String> bracketed = new LinkedHashSet<>();

	/**
	 * Adds the plan of a property of a file.
	 * @param property {@code ratelimit.limits.<name>.plans.<name>}, perhaps with an index
	 */
	void add(ConfiguredProperty property) {
		PropertyPath.Element element = property.path().get(4);
		if (element.bracketed()) {
			this.bracketed.add(element.text());
			return;
		}
		String written = written(property.path());
		if (!written.chars().allMatch(PlanNames::isPlain)) {
			throw new InvalidConfigurationException(property, written,
					"is no name for a plan as it stands: Spring Boot would read another one",
					REMEDY.formatted(written));
		}
		String earlier = this.byUniform.putIfAbsent(element.uniform(), written);
		if (earlier != null && !earlier.equals(written)) {
			throw new InvalidConfigurationException(property, written,
					"is another spelling of the plan '" + earlier + "', and only letters and digits tell names apart",
					"Spell it '" + earlier + "' everywhere, or give one of the two another name.");
		}
	}

	/** A dot would go on to the next element. */
	private static String written(PropertyPath path) {
		StringBuilder written = new StringBuilder(path.get(4).text());
		for (int i = 5; i < path.size() && !path.get(i).isIndex(); i++) {
			written.append('.').append(path.get(i).text());
		}
		return written.toString();
	}

	private static boolean isPlain(int c) {
		return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
	}

	/** Checks that an environment variable means no plan that it cannot reach. */
	void checkReach(ConfiguredProperty variable) {
		String uniform = variable.path().get(4).uniform();
		for (String name : this.bracketed) {
			if (!name.equals(uniform) && PropertyPath.uniform(name).equals(uniform)) {
				throw new InvalidConfigurationException(variable, variable.value(),
						"does not reach the plan '" + name + "', because environment variables have no brackets",
						"Set it in a file, or write the plan's name in lower-case letters and digits.");
			}
		}
	}

	@Override
	public String spelled(String name) {
		return this.bracketed.contains(name) ? name : this.byUniform.getOrDefault(PropertyPath.uniform(name), name);
	}

	@Override
	public Collection<String> declared() {
		return this.byUniform.values();
	}

	/**
	 * Returns the plans among the entries that Spring Boot has bound: it has a second one
	 * for a name that an environment variable spells.
	 * @param bound the values by the names that Spring Boot gives them
	 * @return the values by the names of the plans
	 */
	<V> Map<String, V> plansOf(Map<String, V> bound) {
		Map<String, V> plans = new LinkedHashMap<>();
		bound.forEach((name, value) -> {
			String spelled = spelled(name);
			boolean dotted = name.indexOf('.') >= 0 && !this.bracketed.contains(name);
			if (!dotted && (spelled.equals(name) || !bound.containsKey(spelled))) {
				plans.put(spelled, value);
			}
		});
		return plans;
	}

}
