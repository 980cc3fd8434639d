package io.github.ratelimit.store.redis.client;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Sends again what Redis has not received: repeats a task ten times a second as long as
 * something is left to do. Thread-safe.
 */
public final class ResendTimer {

	private static final Log logger = LogFactory.getLog(ResendTimer.class);

	private static final long PAUSE_MILLIS = 100;

	private final RedisAccess redis;

	private final BooleanSupplier done;

	private final Runnable task;

	private final AtomicBoolean scheduled = new AtomicBoolean();

	/**
	 * Creates a timer, to be scheduled whenever there is something to do.
	 * @param done whether nothing is left to do
	 * @param task does what can be done now
	 */
	public ResendTimer(RedisAccess redis, BooleanSupplier done, Runnable task) {
		this.redis = redis;
		this.done = done;
		this.task = task;
	}

	/** Schedules the next round if there is something to do. */
	public void schedule() {
		if (!this.done.getAsBoolean() && this.scheduled.compareAndSet(false, true)) {
			this.redis.scheduler().schedule(this::round, PAUSE_MILLIS, TimeUnit.MILLISECONDS);
		}
	}

	private void round() {
		this.scheduled.set(false);
		try {
			this.task.run();
		}
		catch (RuntimeException ex) {
			logger.debug("Not all that is left can be sent to Redis just now", ex);
		}
		schedule();
	}

}
