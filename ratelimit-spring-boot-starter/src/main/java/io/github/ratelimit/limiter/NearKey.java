package io.github.ratelimit.limiter;

import io.github.ratelimit.Key;
import io.github.ratelimit.registry.RegisteredLimit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A key of which some rates are nearly used up, as bits by their indexes. Thread-safe.
 */
final class NearKey extends ReportedKey {

	private final AtomicLong rates = new AtomicLong();

	NearKey(RegisteredLimit limit, Key key, long untilNanos) {
		super(limit, key, untilNanos);
	}

	/**
	 * Notes an allowed call.
	 * @param near the rates that it left nearly used up
	 * @param notRecovered the rates that had not recovered before it
	 * @return the rates that are nearly used up and were not, or had recovered since
	 */
	long note(long near, long notRecovered) {
		long before = this.rates.get();
		long after = (before & notRecovered) | near;
		// mostly nothing changes, and threads that only read do not disturb each other
		while (after != before && !this.rates.compareAndSet(before, after)) {
			before = this.rates.get();
			after = (before & notRecovered) | near;
		}
		return near & ~(before & notRecovered);
	}

	/** Returns whether no rate is nearly used up, or has been and has not recovered. */
	boolean hasRecovered() {
		return this.rates.get() == 0;
	}

}
