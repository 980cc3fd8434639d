package io.github.ratelimit.observation;

import java.util.List;

import io.github.ratelimit.client.ClientListener;
import io.github.ratelimit.client.ClientOutcome;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Passes the events of calls on to several listeners. One that fails changes neither the
 * call nor what the others receive. Thread-safe.
 */
public final class ClientListeners implements ClientListener {

	private static final Log logger = LogFactory.getLog(ClientListeners.class);

	private final Fanout<ClientListener> all;

	/**
	 * Creates a listener.
	 * @param listeners which receive the events, in order
	 */
	public ClientListeners(List<ClientListener> listeners) {
		this.all = new Fanout<>(listeners, logger, ClientListeners::warn);
	}

	private static void warn(Object listener, Throwable failure) {
		logger.warn("A listener of client calls failed: " + listener.getClass().getName()
				+ ". The calls go on. (This is logged once.) [RL703]", failure);
	}

	@Override
	public void ended(String client, ClientOutcome outcome) {
		this.all.call((listener) -> listener.ended(client, outcome));
	}

	@Override
	public void waited(String client, long nanos) {
		this.all.call((listener) -> listener.waited(client, nanos));
	}

	@Override
	public void ignored(String client, int values) {
		this.all.call((listener) -> listener.ignored(client, values));
	}

}
