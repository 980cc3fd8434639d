package io.github.ratelimit.autoconfigure;

import io.github.ratelimit.provider.UnknownStyleException;

/** Names of styles of headers and bodies that nobody provides. */
final class UnknownStyles {

	private UnknownStyles() {
	}

	static InvalidConfigurationException invalid(String property, String style, UnknownStyleException ex) {
		return new InvalidConfigurationException(property, style, "is no known style", ex.remedy());
	}

}
