package io.github.ratelimit.limiter;

import io.github.ratelimit.TimeSource;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/** Says one kind of thing at most once a minute, and how often it was not said. */
final class SparseLog {

	private static final long INTERVAL_NANOS = Duration.ofMinutes(1).toNanos();

	private final Logger logger;

	private final TimeSource time;

	private final AtomicLong nextNanos;

	private final AtomicLong suppressed = new AtomicLong();

	SparseLog(Logger logger, TimeSource time) {
		this.logger = logger;
		this.time = time;
		this.nextNanos = new AtomicLong(time.nanoTime());
	}

	/**
	 * Says it, or counts it.
	 * @param level the level
	 * @param message the line, given how many were not said since the last one
	 * @param cause what happened, null for nothing but the line
	 */
	void log(Level level, LongFunction<String> message, @Nullable Throwable cause) {
		long now = this.time.nanoTime();
		long next = this.nextNanos.get();
		if (now - next >= 0 && this.nextNanos.compareAndSet(next, now + INTERVAL_NANOS)) {
			long others = this.suppressed.getAndSet(0);
			this.logger.log(level, () -> message.apply(others), cause);
		}
		else {
			this.suppressed.incrementAndGet();
		}
	}

}
