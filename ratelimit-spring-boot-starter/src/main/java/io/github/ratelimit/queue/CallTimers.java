package io.github.ratelimit.queue;

import io.github.ratelimit.TimeSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/**
 * What one call does later. When the call has ended, nothing of it is kept until the time
 * of its steps. Thread-safe.
 */
final class CallTimers {

	private final TimeSource time;

	private final Executor executor;

	private final List<CompletableFuture<?>> timers = new ArrayList<>(2);

	private boolean cancelled;

	CallTimers(TimeSource time, Executor executor) {
		this.time = time;
		this.executor = executor;
	}

	/** Lets the executor run a step later, unless the call has ended by then. */
	void after(long nanos, Runnable step) {
		CompletableFuture<?> timer = this.time.after(nanos);
		synchronized (this) {
			if (this.cancelled) {
				timer.cancel(false);
			}
			this.timers.add(timer);
		}
		timer.thenRunAsync(step, this.executor);
	}

	/** Drops all steps. */
	synchronized void cancel() {
		this.cancelled = true;
		this.timers.forEach((timer) -> timer.cancel(false));
		this.timers.clear();
	}

}
