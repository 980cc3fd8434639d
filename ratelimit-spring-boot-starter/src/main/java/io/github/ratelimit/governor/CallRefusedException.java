package io.github.ratelimit.governor;

import io.github.ratelimit.RateLimitException;
import java.io.Serial;
import java.time.Duration;

/**
 * Thrown instead of sending a call that would be queued for too long, that cannot be
 * queued, that is interrupted in the queue, or that the provider can never serve.
 */
public class CallRefusedException extends RateLimitException {

	@Serial
	private static final long serialVersionUID = 1L;

	private final String client;

	private final Reason reason;

	private final Duration retryAfter;

	/**
	 * Creates the exception.
	 * @param client the client's name
	 * @param reason why the call was refused
	 * @param retryAfter how long the call would have been queued
	 */
	public CallRefusedException(String client, Reason reason, Duration retryAfter) {
		super(message(client, reason, retryAfter), null, false, false);
		this.client = client;
		this.reason = reason;
		this.retryAfter = retryAfter;
	}

	private static String message(String client, Reason reason, Duration retryAfter) {
		String wait = "it would have to wait " + Math.max(1, (retryAfter.toMillis() + 999) / 1000) + " s from now";
		return "The call of client '" + client + "' was not sent: " + switch (reason) {
			case WAIT_TOO_LONG ->
				wait + ", longer than it may. Raise ratelimit.clients." + client + ".max-wait, or call less often";
			case THROTTLED -> "the provider has refused calls and accepts none for now, and " + wait
					+ ", longer than it may. Call less often, or raise ratelimit.clients." + client + ".max-wait";
			case QUEUE_FULL -> "the queue is full, and " + wait + ". Raise ratelimit.clients." + client
					+ ".max-waiting, or call less often";
			case THREADS_HELD -> "queued calls hold as many request threads as they may, and " + wait
					+ ". Serve requests by virtual threads (spring.threads.virtual.enabled), call with WebClient, "
					+ "which holds no thread, raise server.tomcat.threads.max (server.jetty.threads.max), "
					+ "or call less often";
			case TOO_LARGE -> "it needs more than the provider's limit can ever grant at once. Send a smaller request";
			case INTERRUPTED -> "its thread was interrupted while it was queued";
		};
	}

	/**
	 * Returns the name of the client.
	 * @return as in the configuration
	 */
	public String client() {
		return this.client;
	}

	/**
	 * Returns why the call was refused.
	 * @return the reason
	 */
	public Reason reason() {
		return this.reason;
	}

	/**
	 * Returns how long the call would have been queued, as far as is known now.
	 * @return a time that is not negative, zero if waiting does not help
	 */
	public Duration retryAfter() {
		return this.retryAfter;
	}

	/** Reasons. */
	public enum Reason {

		/** The call would be queued for longer than it may. */
		WAIT_TOO_LONG,

		/**
		 * The provider has refused calls, and accepts none until a time for which the
		 * call may not be queued.
		 */
		THROTTLED,

		/** As many calls are queued as may be. */
		QUEUE_FULL,

		/** Queued calls hold as many request threads as they may. */
		THREADS_HELD,

		/** The call needs more permits than the provider's limit has. */
		TOO_LARGE,

		/** The thread was interrupted while the call was queued. */
		INTERRUPTED

	}

}
