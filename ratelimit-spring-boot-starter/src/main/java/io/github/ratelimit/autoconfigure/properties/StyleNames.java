package io.github.ratelimit.autoconfigure.properties;

import io.github.ratelimit.provider.UnknownStyleException;
import java.util.function.Function;

/** Styles of headers and bodies by their names in properties. */
public final class StyleNames {

	private StyleNames() {
	}

	/**
	 * Finds a style.
	 * @param <T> what is found
	 * @param property the full name of the property that names it
	 * @param style its name
	 * @param styles finds it
	 * @return the style
	 * @throws InvalidConfigurationException if there is no style of that name
	 */
	public static <T> T find(String property, String style, Function<String, T> styles) {
		try {
			return styles.apply(style);
		}
		catch (UnknownStyleException ex) {
			throw new InvalidConfigurationException(property, style, "is not a known style", ex.remedy());
		}
	}

}
