package io.github.ratelimit.client.sdk;

import java.io.InputStream;

/** The body of a response as its caller gets it. */
@FunctionalInterface
public interface SdkBody {

	/**
	 * Returns the body.
	 * @return always the same stream
	 */
	InputStream stream();

	/** Closes the response. */
	default void close() {
	}

}
