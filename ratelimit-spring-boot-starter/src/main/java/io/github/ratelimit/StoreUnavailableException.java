package io.github.ratelimit;

import java.io.Serial;

/**
 * Thrown where a store is asked for what it knows and cannot be reached, or cannot read
 * what it finds. Decisions never throw it: they follow {@link OnStoreFailure}.
 */
public class StoreUnavailableException extends RuntimeException {

	@Serial
	private static final long serialVersionUID = 1L;

	/**
	 * Creates the exception.
	 * @param message which store, and what it says
	 * @param cause what went wrong
	 */
	public StoreUnavailableException(String message, Throwable cause) {
		super(message, cause);
	}

}
