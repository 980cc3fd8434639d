package io.github.ratelimit.autoconfigure;

import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationListener;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.event.ContextClosedEvent;

/**
 * Warms the store up before the web server accepts requests, and closes it while Redis is
 * still reachable: after the web server has stopped, before the application's connections
 * do. These are beans with a lifecycle, which end before any bean is destroyed.
 * <p>
 * A context that is only paused, as between tests, keeps its store.
 */
final class RedisStoreLifecycle implements SmartLifecycle, ApplicationListener<ContextClosedEvent> {

	/**
	 * Phases start in ascending order and stop in descending order, and that of
	 * connection factories is 0.
	 */
	static final int PHASE = 1;

	private final Runnable warmUp;

	private final Runnable close;

	private final ApplicationContext context;

	private volatile boolean running;

	private boolean warm;

	private volatile boolean closing;

	RedisStoreLifecycle(Runnable warmUp, Runnable close, ApplicationContext context) {
		this.warmUp = warmUp;
		this.close = close;
		this.context = context;
	}

	@Override
	public void onApplicationEvent(ContextClosedEvent event) {
		this.closing |= (event.getApplicationContext() == this.context);
	}

	@Override
	public void start() {
		if (!this.warm) {
			this.warm = true;
			this.warmUp.run();
		}
		this.running = true;
	}

	@Override
	public void stop() {
		this.running = false;
		if (this.closing) {
			this.close.run();
		}
	}

	@Override
	public boolean isRunning() {
		return this.running;
	}

	@Override
	public int getPhase() {
		return PHASE;
	}

}
