package io.github.ratelimit.web.path;

import org.springframework.web.util.pattern.PathPattern;
import org.springframework.web.util.pattern.PathPatternParser;

/**
 * A path to which only rules that name it apply: one of a management endpoint. Immutable,
 * thread-safe.
 *
 * @param base how a rule's path begins that names it
 * @param pattern which paths, at or below the base, are exempt
 */
public record ManagementPath(String base, PathPattern pattern) {

	/**
	 * Returns an exempt path.
	 * @param base how a rule's path begins that names it, for example {@code /actuator}
	 * @param pattern which paths, at or below the base, are exempt, in just this case of
	 * letters, for example <code>/actuator/caches/{cache}</code>
	 * @return the exempt path
	 * @throws IllegalArgumentException if there is no base
	 * @throws org.springframework.web.util.pattern.PatternParseException if the pattern
	 * is none
	 */
	public static ManagementPath of(String base, String pattern) {
		if (base.isBlank()) {
			throw new IllegalArgumentException("The exempt path '" + pattern + "' has no base, so every rule would "
					+ "name it. Give it one, for example /actuator.");
		}
		return new ManagementPath(base, PathPatternParser.defaultInstance.parse(pattern));
	}

	boolean includes(RequestedPath path) {
		return path.isWithin(this.base) && path.matches(this.pattern);
	}

	boolean isNamedBy(Rule rule) {
		return rule.names(this.base);
	}

	/** Returns the pattern. */
	@Override
	public String toString() {
		return this.pattern.getPatternString();
	}

}
