package io.github.ratelimit.test.provider.http;

import java.time.Duration;

/**
 * A request that is being answered. All methods are called, and call back, on the thread
 * of the server.
 */
public interface HttpExchange {

	/**
	 * Sends a part of the response as it is.
	 * @param bytes a piece of the head or the body
	 */
	void write(byte[] bytes);

	/** Ends the response: the connection takes the next request. */
	void end();

	/** Sends what has been written and closes the connection, whatever is missing. */
	void drop();

	/**
	 * Sets the action for a client that disconnects before the response has ended.
	 * @param action the action
	 */
	void onDisconnect(Runnable action);

	/**
	 * Runs an action later, unless the client has disconnected by then.
	 * @param delay after what time; zero for as soon as possible
	 * @param action the action
	 */
	void after(Duration delay, Runnable action);

}
