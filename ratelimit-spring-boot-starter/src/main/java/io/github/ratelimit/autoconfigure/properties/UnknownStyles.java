package io.github.ratelimit.autoconfigure.properties;

import io.github.ratelimit.provider.UnknownStyleException;

/** Names of styles of headers and bodies that nobody provides. */
public final class UnknownStyles {

	private UnknownStyles() {
	}

	/**
	 * Returns the failure of a property that names one.
	 * @param property the property's full name
	 * @param style the name
	 * @param ex knows the names that exist
	 * @return the failure
	 */
	public static InvalidConfigurationException invalid(String property, String style, UnknownStyleException ex) {
		return new InvalidConfigurationException(property, style, "is no known style", ex.remedy());
	}

}
