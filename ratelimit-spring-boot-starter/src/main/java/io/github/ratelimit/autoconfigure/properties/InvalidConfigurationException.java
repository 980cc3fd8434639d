package io.github.ratelimit.autoconfigure.properties;

import java.io.Serial;
import org.jspecify.annotations.Nullable;
import org.springframework.core.env.Environment;

/**
 * Thrown at start-up for an invalid property. The message contains the property, the
 * mistake and a correction; the failure analyzer adds the origin of the property.
 */
public class InvalidConfigurationException extends RuntimeException {

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
	 * @param value the value as it was written, empty if there is none
	 * @param problem what is wrong, the end of a sentence that begins with the value, or
	 * with the property if the value is empty
	 * @param remedy what to write instead, a sentence
	 */
	public InvalidConfigurationException(String property, String value, String problem, String remedy) {
		this(property, null, value, problem, remedy);
	}

	/**
	 * Creates the exception for a property of one source.
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

	/**
	 * Returns the property.
	 * @return its full name
	 */
	public String property() {
		return this.property;
	}

	/**
	 * Returns the value as it was written.
	 * @return the value, empty if there is none
	 */
	public String value() {
		return this.value;
	}

	/**
	 * Returns the mistake.
	 * @return the end of a sentence that begins with the value
	 */
	public String problem() {
		return this.problem;
	}

	/**
	 * Returns the correction.
	 * @return a sentence
	 */
	public String remedy() {
		return this.remedy;
	}

	/**
	 * Returns the correction, given everything that is configured: a misspelt property
	 * often is why another one is missing.
	 * @param environment the application's environment
	 * @return a sentence
	 */
	public String remedy(Environment environment) {
		return PropertiesWithoutEffect.remedy(this, environment);
	}

	/** Returns the origin, null for the source with the highest precedence. */
	@Nullable String place() {
		return this.place;
	}

}
