package io.github.ratelimit;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * The parent of the exceptions of this library that an application may catch. The message
 * contains the mistake and what to do.
 */
public abstract class RateLimitException extends RuntimeException {

	@Serial
	private static final long serialVersionUID = 1L;

	/**
	 * Creates the exception.
	 * @param message the mistake and what to do
	 */
	protected RateLimitException(String message) {
		super(message);
	}

	/**
	 * Creates the exception.
	 * @param message the mistake and what to do
	 * @param cause the cause
	 */
	protected RateLimitException(String message, Throwable cause) {
		super(message, cause);
	}

	/**
	 * Creates the exception of a frequent refusal, without a stack trace on request.
	 * @param message the mistake and what to do
	 * @param cause the cause, null for none
	 * @param enableSuppression whether exceptions can be suppressed
	 * @param writableStackTrace whether there is a stack trace
	 */
	protected RateLimitException(String message, @Nullable Throwable cause, boolean enableSuppression,
			boolean writableStackTrace) {
		super(message, cause, enableSuppression, writableStackTrace);
	}

}
