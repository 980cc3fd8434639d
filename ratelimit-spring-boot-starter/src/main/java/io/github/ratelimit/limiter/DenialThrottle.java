package io.github.ratelimit.limiter;

import io.github.ratelimit.TimeSource;
import io.github.ratelimit.registry.RegisteredLimit;
import io.github.ratelimit.store.ChargeDecision;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Reports denials to the listener: one a second for each key, with the number of those
 * that were left out since. Bounded, whatever keys there are. Thread-safe.
 * <p>
 * Reading the clock costs a third of a denial in memory, so where denials follow each
 * other within microseconds only some of them read it: those between take a quarter of a
 * millisecond at most.
 */
final class DenialThrottle {

	private static final long INTERVAL_NANOS = Duration.ofSeconds(1).toNanos();

	private static final long UNSEEN_NANOS = TimeUnit.MICROSECONDS.toNanos(250);

	private static final long MOST_UNSEEN = 64;

	/** The result for a denial that is left out. */
	private static final long LEFT_OUT = -1;

	private final ReportedKeys<DeniedKey> keys;

	private final TimeSource time;

	private final RateLimitListener listener;

	DenialThrottle(TimeSource time, RateLimitListener listener) {
		this.keys = new ReportedKeys<>(DeniedKey::new, time.nanoTime());
		this.time = time;
		this.listener = listener;
	}

	/** Notes that a limit refused a call. */
	void denied(RegisteredLimit limit, ChargeDecision decision) {
		DeniedKey key = this.keys.find(limit, decision.key());
		if (key == null) {
			long now = this.time.nanoTime();
			key = this.keys.add(limit, decision.key(), now, now);
		}
		long leftOut = (key != null) ? key.denied(this.time) : LEFT_OUT;
		if (leftOut != LEFT_OUT) {
			this.listener.denied(limit, decision, leftOut);
		}
	}

	/** The denials of a key. */
	private static final class DeniedKey extends ReportedKeys.Entry {

		private final AtomicLong denials = new AtomicLong();

		/** The number of the first denial that reads the clock again. */
		private volatile long nextRead = 1;

		private long lastPublished;

		private long lastRead;

		private long lastReadNanos;

		DeniedKey(long now) {
			super(now);
			this.lastReadNanos = now;
		}

		/**
		 * Notes a denial.
		 * @return how many denials were left out since the last one that was published;
		 * {@link #LEFT_OUT} to leave out this one too
		 */
		long denied(TimeSource time) {
			long number = this.denials.incrementAndGet();
			return (number < this.nextRead) ? LEFT_OUT : denied(number, time.nanoTime());
		}

		private synchronized long denied(long number, long now) {
			if (nanosLeft(now) <= 0) {
				extend(now + INTERVAL_NANOS);
				long leftOut = Math.max(0, number - this.lastPublished - 1);
				this.lastPublished = Math.max(number, this.lastPublished);
				read(number, now, 0);
				return leftOut;
			}
			read(number, now, unseen(number, now - this.lastReadNanos));
			return LEFT_OUT;
		}

		/** Returns how many denials of the present rate need not read the clock. */
		private long unseen(long number, long elapsed) {
			long denials = number - this.lastRead;
			return (elapsed > 0 && denials > 0) ? Math.min(MOST_UNSEEN, denials * UNSEEN_NANOS / elapsed) : 0;
		}

		private void read(long number, long now, long unseen) {
			this.lastRead = number;
			this.lastReadNanos = now;
			this.nextRead = number + 1 + unseen;
		}

	}

}
