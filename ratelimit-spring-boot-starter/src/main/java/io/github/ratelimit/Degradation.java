package io.github.ratelimit;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What happens when the limiter itself fails: the call is let through, counted as
 * degraded for every limit that could not decide, and logged at most once a minute. A
 * failure of the limiter is never a failure of the application. Thread-safe.
 */
public final class Degradation {

	private static final Logger logger = System.getLogger(Degradation.class.getName());

	private static final long QUIET_NANOS = Duration.ofMinutes(1).toNanos();

	private final TimeSource time;

	private final AtomicLong nextLogNanos;

	private final AtomicLong unlogged = new AtomicLong();

	/**
	 * Creates it.
	 * @param time for logging at most once a minute
	 */
	public Degradation(TimeSource time) {
		this.time = time;
		this.nextLogNanos = new AtomicLong(time.nanoTime());
	}

	/**
	 * Reports a failure of the limiter.
	 * @param limits the limits that could not decide, possibly none if it failed before
	 * that was known
	 * @param cause what went wrong
	 * @return the decision for the call: allowed and degraded
	 */
	public Decision report(Collection<RegisteredLimit> limits, Throwable cause) {
		for (RegisteredLimit limit : limits) {
			limit.statistics().countDegraded();
		}
		long now = this.time.nanoTime();
		long next = this.nextLogNanos.get();
		if (now - next >= 0 && this.nextLogNanos.compareAndSet(next, now + QUIET_NANOS)) {
			long others = this.unlogged.getAndSet(0);
			logger.log(Level.ERROR, () -> "The rate limiter failed; the call was let through without being limited ("
					+ names(limits) + "; " + others + " more since the last such line)", cause);
		}
		else {
			this.unlogged.incrementAndGet();
		}
		return Decision.degraded();
	}

	private static String names(Collection<RegisteredLimit> limits) {
		return "limits " + limits.stream().map((limit) -> limit.limit().name()).toList();
	}

}
