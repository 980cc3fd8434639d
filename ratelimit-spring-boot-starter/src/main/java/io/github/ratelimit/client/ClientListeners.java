package io.github.ratelimit.client;

import java.util.List;
import java.util.function.Consumer;

import io.github.ratelimit.TimeSource;
import io.github.ratelimit.limiter.SparseLog;

/**
 * Passes the events of calls on to several listeners. One that fails changes neither the
 * call nor what the others receive. Thread-safe.
 */
final class ClientListeners implements ClientListener {

	private final List<ClientListener> listeners;

	private final SparseLog failures = new SparseLog(System.getLogger(ClientListeners.class.getName()),
			TimeSource.system());

	ClientListeners(List<ClientListener> listeners) {
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
				this.failures.log(System.Logger.Level.WARNING,
						(others) -> "A listener of client calls failed: " + listener.getClass().getName()
								+ ". The call goes on (" + others + " more failures since the last message)",
						ex);
			}
		}
	}

}
