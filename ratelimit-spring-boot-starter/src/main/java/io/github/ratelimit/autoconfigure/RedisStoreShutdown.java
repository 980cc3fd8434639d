package io.github.ratelimit.autoconfigure;

import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationListener;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.event.ContextClosedEvent;

/**
 * Closes the store while it still can talk to Redis: after the web server has stopped,
 * before the application's connections do. Those are beans with a lifecycle, which end
 * before any bean is destroyed.
 * <p>
 * A context that is only paused, as between tests, keeps its store.
 */
final class RedisStoreShutdown implements SmartLifecycle, ApplicationListener<ContextClosedEvent> {

	/** Phases stop in descending order, and that of connection factories is 0. */
	static final int PHASE = 1;

	private final Runnable close;

	private final ApplicationContext context;

	private volatile boolean running;

	private volatile boolean closing;

	RedisStoreShutdown(Runnable close, ApplicationContext context) {
		this.close = close;
		this.context = context;
	}

	@Override
	public void onApplicationEvent(ContextClosedEvent event) {
		this.closing |= (event.getApplicationContext() == this.context);
	}

	@Override
	public void start() {
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
