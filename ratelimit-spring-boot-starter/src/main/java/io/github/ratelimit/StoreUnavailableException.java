package io.github.ratelimit;

import java.io.Serial;

/**
 * Thrown when the state of a key is requested and the store cannot be reached, or cannot
 * read its data. Decisions never throw it: they follow {@link OnStoreFailure}.
 */
public class StoreUnavailableException extends RateLimitException {

	@Serial
	private static final long serialVersionUID = 1L;

	/**
	 * Creates the exception.
	 * @param message which store, and what it reports
	 * @param cause the failure
	 */
	public StoreUnavailableException(String message, Throwable cause) {
		super(message, cause);
	}

}
