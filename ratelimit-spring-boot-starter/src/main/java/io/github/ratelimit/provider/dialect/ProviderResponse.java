package io.github.ratelimit.provider.dialect;

import java.time.Instant;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The response of a provider, as a dialect reads it.
 *
 * @param status the HTTP status
 * @param headers returns the first value of a header, or null if there is none; takes the
 * name in any case
 * @param body the beginning of the body, read only if the status is that of an error;
 * null if it was not read
 * @param receivedAt when the head of the response arrived, by the wall clock
 */
public record ProviderResponse(int status, Function<String, @Nullable String> headers, @Nullable String body,
		Instant receivedAt) {

	/**
	 * Returns the first value of a header.
	 * @param name the name, in any case
	 * @return the value, null if there is none
	 */
	public @Nullable String header(String name) {
		return this.headers.apply(name);
	}

}
