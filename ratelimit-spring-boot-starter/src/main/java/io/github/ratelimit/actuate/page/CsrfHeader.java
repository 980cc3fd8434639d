package io.github.ratelimit.actuate.page;

import org.jspecify.annotations.Nullable;

/**
 * The header that proves to the application that a change comes from its own page.
 *
 * @param name the header's name
 * @param token the header's value
 */
public record CsrfHeader(String name, String token) {

	/** Reads the token that a security filter has left in a request. */
	@FunctionalInterface
	public interface Reader {

		/** Reads nothing. */
		Reader NONE = (attribute) -> null;

		/**
		 * Reads the token.
		 * @param attribute what the filter has left, null if nothing
		 * @return the header to send with changes, null if none is needed
		 */
		@Nullable CsrfHeader read(@Nullable Object attribute);

	}

}
