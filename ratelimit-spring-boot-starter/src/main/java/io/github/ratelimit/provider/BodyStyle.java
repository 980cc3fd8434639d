package io.github.ratelimit.provider;

import org.jspecify.annotations.Nullable;

/**
 * The format of the body of a refusal. A bean of this type can be named in
 * {@code ratelimit.http.body} and by rules; one with the name of a built-in style ({@code
 * problem}, {@code openai}, {@code anthropic}, {@code none}) replaces it.
 * <p>
 * Implementations must be thread-safe.
 */
public interface BodyStyle {

	/**
	 * Returns the name of this style in the configuration.
	 * @return the name, lower case
	 */
	String name();

	/**
	 * Returns the body of a refusal.
	 * @param refusal the refusal and its reason
	 * @return the body, null for none
	 */
	@Nullable Body body(Refusal refusal);

	/**
	 * A body.
	 *
	 * @param contentType its media type
	 * @param text its text, sent as UTF-8
	 */
	record Body(String contentType, String text) {
	}

}
