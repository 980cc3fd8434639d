package io.github.ratelimit.autoconfigure.properties;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;

/**
 * The names of one limit's plans as files spell them. The names come from the source of
 * the plans, such as a token's issuer; so in brackets a name may have any characters.
 */
final class PlanNames {

	static final PlanNames NONE = new PlanNames();

	private static final String REMEDY = "Write a name that has other characters than letters, digits and '-' in "
			+ "quotes and brackets: \"[%s]\".";

	/** The dots of a name belong to the name; an index is that of a rate. */
	private static final Pattern PLAN = Pattern.compile("(?i)[^.]+\\.limits[.\\[].+?\\.plans\\.(.+?)(?:\\[\\d+])?");

	private static final Pattern PLAIN = Pattern.compile("[a-zA-Z0-9_-]+");

	private final Map<String, String> byUniform = new LinkedHashMap<>();

	private final Set<String> bracketed = new LinkedHashSet<>();

	/**
	 * Adds the plan in the name of a file's property, if there is one.
	 * @param property {@code ratelimit.limits.<name>} and the part below it
	 */
	void add(ConfiguredProperty property) {
		ConfigurationPropertyName name = property.name();
		if (name.getNumberOfElements() > 4 && name.chop(5).isLastElementIndexed()) {
			if (name.getElement(3, Form.UNIFORM).equals("plans")) {
				this.bracketed.add(name.getElement(4, Form.ORIGINAL));
			}
			return;
		}
		Matcher plan = PLAN.matcher(property.written());
		if (!plan.matches()) {
			return;
		}
		String written = plan.group(1);
		if (written.endsWith(".rate") || written.endsWith(".max-concurrent")) {
			String below = property.written();
			throw property.invalid("is written below a plan, which has no properties",
					"Write " + below.substring(0, below.lastIndexOf('.')) + ": " + property.value() + ".");
		}
		if (!PLAIN.matcher(written).matches()) {
			throw new InvalidConfigurationException(property, written,
					"is not a valid name of a plan: Spring Boot would read it as another name",
					REMEDY.formatted(written));
		}
		String earlier = this.byUniform.putIfAbsent(LimitNames.uniform(written), written);
		if (earlier != null && !earlier.equals(written)) {
			throw new InvalidConfigurationException(property, written,
					"is another spelling of the plan '" + earlier
							+ "': names are compared by their letters and digits only",
					"Spell it '" + earlier + "' everywhere, or give one of the two another name.");
		}
	}

	/** Checks that an environment variable names no plan that it cannot reach. */
	void checkReach(ConfiguredProperty variable) {
		String uniform = variable.name().getElement(4, Form.UNIFORM);
		for (String name : this.bracketed) {
			if (!name.equals(uniform) && LimitNames.uniform(name).equals(uniform)) {
				throw variable.invalid(
						"does not reach the plan '" + name + "', because environment variables have no brackets",
						"Set it in a file, or write the plan's name in lower-case letters and digits.");
			}
		}
	}

	/** Returns a name as a file spells it, or the given one if no file has it. */
	String spelled(String name) {
		return this.bracketed.contains(name) ? name : this.byUniform.getOrDefault(LimitNames.uniform(name), name);
	}

	/** Returns whether Boot reads a variable as a plan that is not meant. */
	boolean isPhantom(ConfigurationPropertyName name) {
		String plan = name.getElement(4, Form.ORIGINAL);
		boolean dotted = name.getNumberOfElements() > 5 && !name.isNumericIndex(5);
		return dotted || !spelled(plan).equals(plan);
	}

}
