package io.github.ratelimit.autoconfigure;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * Thrown at start-up for a property that cannot be. It says which, what is wrong and what
 * to write instead; its failure analyzer adds where the property stands.
 */
class InvalidConfigurationException extends RuntimeException {

	@Serial
	private static final long serialVersionUID = 1L;

	private final String property;

	private final String value;

	private final String problem;

	private final String remedy;

	private final @Nullable String place;

	/**
	 * Creates the exception.
	 * @param property the property's full name, for example
	 * {@code ratelimit.limits.chat.rate[1]}
	 * @param value the value as it was written, empty where there is none
	 * @param problem what is wrong, the end of a sentence that begins with the value, or
	 * with the property where the value is empty
	 * @param remedy what to write instead, a sentence
	 */
	InvalidConfigurationException(String property, String value, String problem, String remedy) {
		this(property, null, value, problem, remedy);
	}

	/**
	 * Creates the exception for a property as one source has it.
	 * @param property the property
	 * @param value as above
	 * @param problem as above
	 * @param remedy as above
	 */
	InvalidConfigurationException(ConfiguredProperty property, String value, String problem, String remedy) {
		this(property.written(), property.place(), value, problem, remedy);
	}

	private InvalidConfigurationException(String property, @Nullable String place, String value, String problem,
			String remedy) {
		super("Property '" + property + "'" + (value.isEmpty() ? "" : " with value '" + value + "'") + " " + problem
				+ ". " + remedy);
		this.property = property;
		this.value = value;
		this.problem = problem;
		this.remedy = remedy;
		this.place = place;
	}

	String property() {
		return this.property;
	}

	String value() {
		return this.value;
	}

	String problem() {
		return this.problem;
	}

	String remedy() {
		return this.remedy;
	}

	/** Returns where it stands; null for the source that wins. */
	@Nullable String place() {
		return this.place;
	}

}
