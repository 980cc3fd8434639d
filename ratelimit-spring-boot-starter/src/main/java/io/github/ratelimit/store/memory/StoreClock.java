package io.github.ratelimit.store.memory;

import io.github.ratelimit.TimeSource;
import java.time.Instant;

/** The store's own monotonic clock, which begins at 0 when the store is made. */
final class StoreClock {

	private final TimeSource time;

	private final long origin;

	StoreClock(TimeSource time) {
		this.time = time;
		this.origin = time.nanoTime();
	}

	long nanos() {
		return this.time.nanoTime() - this.origin;
	}

	Instant wallTimeAt(long nanos) {
		return this.time.wallTime().minusNanos(nanos() - nanos);
	}

}
