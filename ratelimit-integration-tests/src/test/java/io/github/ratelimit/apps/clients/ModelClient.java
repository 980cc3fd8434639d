package io.github.ratelimit.apps.clients;

import io.github.ratelimit.client.ClientLimiters;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** A client of a model's API, as an application uses it, with our adapter in it. */
interface ModelClient extends AutoCloseable {

	String ask();

	CompletableFuture<String> askAsync();

	/** Asks, and returns the client's own future. */
	CompletableFuture<?> answer();

	Pieces stream();

	/** Sends a request below what the SDK adds. Cancelling it cancels the request. */
	CompletableFuture<?> send();

	/**
	 * Returns the Retry-After of the client's own exception for limits, null if it is
	 * none.
	 */
	String retryAfter(Throwable failure);

	@Override
	void close();

	/** A stream of an answer. */
	interface Pieces extends AutoCloseable {

		/** Returns the next piece, null at the end. */
		String next();

		@Override
		void close();

	}

	/** What a client needs. */
	record Setup(ClientLimiters limiters, URI uri, int maxRetries, Duration timeout) {
	}

}
