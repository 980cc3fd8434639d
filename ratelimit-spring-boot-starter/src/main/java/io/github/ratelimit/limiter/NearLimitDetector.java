package io.github.ratelimit.limiter;

import io.github.ratelimit.Limit;
import io.github.ratelimit.TimeSource;
import io.github.ratelimit.registry.LimitStatistics;
import io.github.ratelimit.registry.RegisteredLimit;
import io.github.ratelimit.store.ChargeDecision;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Reports keys that come near their limit to the listener: once for each rate, and again
 * after the key has recovered. An allowed call allocates nothing for it, unless it brings
 * its key near the limit. Bounded, whatever keys there are. Thread-safe.
 */
final class NearLimitDetector {

	/** A key has recovered with more than half of its permits. */
	private static final int RECOVERED = 2;

	/** A fifth of fewer permits is none: such a rate is never near, only used up. */
	private static final int LEAST_CAPACITY = 5;

	private static final long LEAST_NANOS = Duration.ofSeconds(1).toNanos();

	private static final long MOST_NANOS = Duration.ofDays(1).toNanos();

	private final ReportedKeys<NearKey> keys;

	private final TimeSource time;

	private final RateLimitListener listener;

	NearLimitDetector(TimeSource time, RateLimitListener listener) {
		this.keys = new ReportedKeys<>(NearKey::new, time.nanoTime());
		this.time = time;
		this.listener = listener;
	}

	/** Notes that a limit did not refuse a call. */
	void allowed(RegisteredLimit limit, ChargeDecision decision) {
		long near = ratesAtMost(LimitStatistics.NEAR, decision, 0);
		if ((near == 0 && this.keys.isEmpty()) || !decision.hasFacts() || decision.limit().isPaced()) {
			return;
		}
		NearKey known = this.keys.find(limit, decision.key());
		if (known == null && near != 0) {
			long now = this.time.nanoTime();
			known = this.keys.add(limit, decision.key(), now + timeToFull(decision), now);
			limit.statistics().noteNearKey();
		}
		if (known != null) {
			note(limit, decision, known, near);
		}
	}

	private void note(RegisteredLimit limit, ChargeDecision decision, NearKey known, long near) {
		long begun = known.note(near, ratesAtMost(RECOVERED, decision, decision.charge().permits()));
		if (begun == 0) {
			if (known.hasRecovered()) {
				this.keys.remove(limit, decision.key(), known);
			}
			return;
		}
		known.extend(this.time.nanoTime() + timeToFull(decision));
		for (long left = begun; left != 0; left &= left - 1) {
			this.listener.nearLimit(limit, decision, Long.numberOfTrailingZeros(left));
		}
	}

	private static long timeToFull(ChargeDecision decision) {
		return Math.max(LEAST_NANOS, Math.min(MOST_NANOS, decision.resetAfter().toNanos()));
	}

	/**
	 * Returns the rates that have at most a part of their permits, as bits by their
	 * indexes; after the first 64 none.
	 * @param divisor the part, 2 for a half
	 * @param added permits to add to those that are left
	 */
	private static long ratesAtMost(int divisor, ChargeDecision decision, long added) {
		Limit limit = decision.limit();
		long found = 0;
		for (int i = 0; i < Math.min(limit.quotas(), Long.SIZE); i++) {
			long full = limit.quota(i);
			if (full >= LEAST_CAPACITY && decision.remaining(i) + added <= full / divisor) {
				found |= 1L << i;
			}
		}
		return found;
	}

	/**
	 * A key of which some rates are nearly used up, as bits by their indexes.
	 * Thread-safe.
	 */
	private static final class NearKey extends ReportedKeys.Entry {

		private final AtomicLong rates = new AtomicLong();

		NearKey(long untilNanos) {
			super(untilNanos);
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
			// mostly nothing changes, and threads that only read do not disturb each
			// other
			while (after != before && !this.rates.compareAndSet(before, after)) {
				before = this.rates.get();
				after = (before & notRecovered) | near;
			}
			return near & ~(before & notRecovered);
		}

		/**
		 * Returns whether no rate is nearly used up, or has been and has not recovered.
		 */
		boolean hasRecovered() {
			return this.rates.get() == 0;
		}

	}

}
