package io.github.ratelimit.store.memory;

import io.github.ratelimit.TimeSource;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

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

	/** In milliseconds: two clocks that are read one after the other agree in no more. */
	Instant wallTimeAt(long nanos) {
		return this.time.wallTime().minusNanos(nanos() - nanos).truncatedTo(ChronoUnit.MILLIS);
	}

}
