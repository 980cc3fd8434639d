package io.github.ratelimit.registry;

import java.io.Serial;

/**
 * Thrown for a change of settings that cannot be. The message says which value, what is
 * wrong and what to write instead; nothing has changed.
 */
public class InvalidChangeException extends RuntimeException {

	@Serial
	private static final long serialVersionUID = 1L;

	/**
	 * Creates the exception.
	 * @param message which value, what is wrong, and what to write instead
	 */
	public InvalidChangeException(String message) {
		super(message);
	}

	/**
	 * Creates the exception.
	 * @param message which value, what is wrong, and what to write instead
	 * @param cause what objected
	 */
	public InvalidChangeException(String message, Throwable cause) {
		super(message, cause);
	}

}
