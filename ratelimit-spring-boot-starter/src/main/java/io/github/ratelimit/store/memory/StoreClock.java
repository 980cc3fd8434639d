package io.github.ratelimit.store.memory;

import io.github.ratelimit.TimeSource;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * The store's own monotonic clock, which begins at 0 when the store is created. Windows
 * follow it too, starting from the wall clock's time at that moment: they begin at the
 * usual times of day, and no step of the wall clock grants permits twice.
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

	/**
	 * In milliseconds: two clocks that are read one after the other differ below that.
	 */
	Instant wallTimeAt(long nanos) {
		return this.time.wallTime().minusNanos(nanos() - nanos).truncatedTo(ChronoUnit.MILLIS);
	}

}
