package io.github.ratelimit.limiter;

import io.github.ratelimit.TimeSource;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Logs one kind of event at most once a minute, with the number of suppressed events.
 * Thread-safe.
 */
public final class SparseLog {

	private static final long INTERVAL_NANOS = Duration.ofMinutes(1).toNanos();

	private final TimeSource time;

	private final AtomicLong nextNanos;

	private final AtomicLong suppressed = new AtomicLong();

	SparseLog(TimeSource time) {
		this.time = time;
		this.nextNanos = new AtomicLong(time.nanoTime());
	}

	/**
	 * Logs the event, or counts it as suppressed.
	 * @param logger the log
	 * @param level the level
	 * @param message returns the line for the number of events that were suppressed since
	 * the last one
	 * @param cause the exception, null for none
	 */
	public void log(Logger logger, Level level, LongFunction<String> message, @Nullable Throwable cause) {
		long now = this.time.nanoTime();
		long next = this.nextNanos.get();
		if (now - next >= 0 && this.nextNanos.compareAndSet(next, now + INTERVAL_NANOS)) {
			long others = this.suppressed.getAndSet(0);
			logger.log(level, () -> message.apply(others), cause);
		}
		else {
			this.suppressed.incrementAndGet();
		}
	}

}
