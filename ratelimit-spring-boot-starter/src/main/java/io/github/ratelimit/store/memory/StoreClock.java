package io.github.ratelimit.store.memory;

import io.github.ratelimit.TimeSource;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * The store's own monotonic clock, which begins at 0 when the store is made. Windows go
 * by it too, from the wall clock's time at that moment on: they begin where everybody
 * expects them, and no step of the wall clock gives permits twice.
 */
final class StoreClock {

	private final TimeSource time;

	private final long origin;

	private final long originSinceEpoch;

	StoreClock(TimeSource time) {
		this.time = time;
		this.origin = time.nanoTime();
		Instant wallTime = time.wallTime();
		this.originSinceEpoch = Math.multiplyExact(wallTime.getEpochSecond(), 1_000_000_000L) + wallTime.getNano();
	}

	long nanos() {
		return this.time.nanoTime() - this.origin;
	}

	/** Returns nanoseconds since the epoch of a time of this clock. */
	long sinceEpoch(long nanos) {
		return this.originSinceEpoch + nanos;
	}

	/** In milliseconds: two clocks that are read one after the other agree in no more. */
	Instant wallTimeAt(long nanos) {
		return this.time.wallTime().minusNanos(nanos() - nanos).truncatedTo(ChronoUnit.MILLIS);
	}

}
