package io.github.ratelimit;

import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The source of time for all other classes, none of which reads a clock itself, so that a
 * test can control the time.
 * <p>
 * Implementations must be thread-safe.
 */
public interface TimeSource {

	/**
	 * Returns a monotonic time in nanoseconds from an arbitrary origin, for measuring how
	 * long ago something was. It never goes backwards and does not follow steps of the
	 * wall clock.
	 * @return nanoseconds, possibly negative
	 */
	long nanoTime();

	/**
	 * Returns the wall clock's time, for logs, the endpoint and windows aligned to the
	 * clock.
	 * @return the current instant
	 */
	Instant wallTime();

	/**
	 * Waits for a time without holding a thread.
	 * @param nanos nanoseconds; 0 and less is no time
	 * @return complete when the time is over. It may be cancelled so that nothing is kept
	 * for the rest of the time. What depends on it must be fast, or be handed to an
	 * executor
	 */
	default CompletableFuture<@Nullable Void> after(long nanos) {
		CompletableFuture<@Nullable Void> over = new CompletableFuture<>();
		if (nanos <= 0) {
			over.complete(null);
		}
		else {
			over.completeOnTimeout(null, nanos, TimeUnit.NANOSECONDS);
		}
		return over;
	}

	/**
	 * Returns the time of the machine: {@link System#nanoTime()} and
	 * {@link Instant#now()}.
	 * @return the machine's time
	 */
	static TimeSource system() {
		return SystemTimeSource.INSTANCE;
	}

}
