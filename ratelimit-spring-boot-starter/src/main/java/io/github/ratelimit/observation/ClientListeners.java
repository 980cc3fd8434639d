package io.github.ratelimit.observation;

import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

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

	private final List<ClientListener> listeners;

	private final AtomicBoolean warned = new AtomicBoolean();

	/**
	 * Creates a listener.
	 * @param listeners which receive the events, in order
	 */
	public ClientListeners(List<ClientListener> listeners) {
		this.listeners = List.copyOf(listeners);
	}

	@Override
	public void ended(String client, ClientOutcome outcome) {
		each((listener) -> listener.ended(client, outcome));
	}

	@Override
	public void waited(String client, long nanos) {
		each((listener) -> listener.waited(client, nanos));
	}

	@Override
	public void ignored(String client, int values) {
		each((listener) -> listener.ignored(client, values));
	}

	private void each(Consumer<ClientListener> event) {
		for (int i = 0; i < this.listeners.size(); i++) {
			ClientListener listener = this.listeners.get(i);
			try {
				event.accept(listener);
			}
			catch (RuntimeException | LinkageError ex) {
				failed(listener, ex);
			}
		}
	}

	private void failed(ClientListener listener, Throwable failure) {
		if (this.warned.compareAndSet(false, true)) {
			logger.warn("A listener of client calls failed: " + listener.getClass().getName()
					+ ". The calls go on. (This is logged once.)", failure);
		}
		else {
			logger.debug("A listener of client calls failed", failure);
		}
	}

}
