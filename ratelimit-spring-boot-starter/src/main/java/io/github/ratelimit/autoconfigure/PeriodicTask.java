package io.github.ratelimit.autoconfigure;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.context.SmartLifecycle;

/** Runs a task from time to time, on one daemon thread, while the context runs. */
final class PeriodicTask implements SmartLifecycle {

	private static final Log logger = LogFactory.getLog(PeriodicTask.class);

	private final Runnable task;

	private final Duration pause;

	private @Nullable ScheduledExecutorService executor;

	PeriodicTask(Runnable task, Duration pause) {
		this.task = task;
		this.pause = pause;
	}

	@Override
	public synchronized void start() {
		if (this.executor == null) {
			ScheduledExecutorService started = Executors.newSingleThreadScheduledExecutor(PeriodicTask::daemon);
			started.scheduleWithFixedDelay(this::runSafely, this.pause.toNanos(), this.pause.toNanos(),
					TimeUnit.NANOSECONDS);
			this.executor = started;
		}
	}

	private static Thread daemon(Runnable task) {
		Thread thread = new Thread(task, "ratelimit-sweeper");
		thread.setDaemon(true);
		return thread;
	}

	/** An exception would end the schedule. */
	private void runSafely() {
		try {
			this.task.run();
		}
		catch (RuntimeException ex) {
			logger.warn("Keys and counts could not be brought up to date; the next attempt is in "
					+ this.pause.toSeconds() + " s [RL709]", ex);
		}
	}

	@Override
	public synchronized void stop() {
		if (this.executor != null) {
			this.executor.shutdownNow();
			this.executor = null;
		}
	}

	@Override
	public synchronized boolean isRunning() {
		return this.executor != null;
	}

}
