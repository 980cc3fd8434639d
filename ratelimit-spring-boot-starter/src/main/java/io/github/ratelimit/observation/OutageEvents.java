package io.github.ratelimit.observation;

import io.github.ratelimit.limiter.RateLimitListener;
import io.github.ratelimit.store.StoreObserver;
import java.time.Duration;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Passes outages of a store on to a listener, in their order and in a thread of its own,
 * which lives only while there is something to pass on: the store's own threads have to
 * serve other calls. Thread-safe.
 */
public final class OutageEvents implements StoreObserver {

	private static final int MOST_WAITING = 100;

	private final String store;

	private final RateLimitListener listener;

	private final ThreadPoolExecutor thread = new ThreadPoolExecutor(1, 1, 1, TimeUnit.SECONDS,
			new LinkedBlockingQueue<>(MOST_WAITING), OutageEvents::thread, new ThreadPoolExecutor.DiscardPolicy());

	/**
	 * Creates it.
	 * @param store the type of the store, such as {@code redis}
	 * @param listener receives the events
	 */
	public OutageEvents(String store, RateLimitListener listener) {
		this.store = store;
		this.listener = listener;
		this.thread.allowCoreThreadTimeOut(true);
	}

	private static Thread thread(Runnable task) {
		Thread thread = new Thread(task, "ratelimit-events");
		thread.setDaemon(true);
		return thread;
	}

	@Override
	public void degraded(String node, String reason) {
		this.thread.execute(() -> this.listener.storeDegraded(this.store, node, reason));
	}

	@Override
	public void recovered(String node, Duration outage) {
		this.thread.execute(() -> this.listener.storeRecovered(this.store, node, outage));
	}

}
