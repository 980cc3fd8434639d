package io.github.ratelimit.limiter;

import io.github.ratelimit.Key;
import io.github.ratelimit.Limit;
import io.github.ratelimit.TimeSource;
import io.github.ratelimit.registry.RegisteredLimit;
import io.github.ratelimit.store.ChargeDecision;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Reports denials, and keys that come near their limit, to the listener if it is
 * interested. An allowed call allocates nothing for it, unless it brings its key near the
 * limit. Bounded, whatever keys there are. Thread-safe.
 */
final class KeyEventReporter {

	private static final Logger logger = System.getLogger(KeyEventReporter.class.getName());

	/** A key is near its limit with two tenths of its permits or less. */
	private static final int NEAR = 2;

	/** A key has recovered with more than five tenths of its permits. */
	private static final int RECOVERED = 5;

	private static final int TENTHS = 10;

	/** A fifth of fewer permits is none: such a rate is never near, only used up. */
	private static final int LEAST_CAPACITY = 5;

	private static final long LEAST_NANOS = Duration.ofSeconds(1).toNanos();

	private static final long MOST_NANOS = Duration.ofDays(1).toNanos();

	private final ReportedKeys<DenialThrottle> denied = new ReportedKeys<>(DenialThrottle::new);

	private final ReportedKeys<NearKey> near = new ReportedKeys<>(NearKey::new);

	private final TimeSource time;

	private final RateLimitListener listener;

	KeyEventReporter(TimeSource time, RateLimitListener listener) {
		this.time = time;
		this.listener = listener;
	}

	/** Notes what a limit decided. */
	void decided(RegisteredLimit limit, ChargeDecision decision) {
		try {
			if (decision.isRefused()) {
				if (this.listener.wantsDenials()) {
					denied(limit, decision);
				}
			}
			else if (this.listener.wantsNearLimits()) {
				allowed(limit, decision);
			}
		}
		catch (RuntimeException | LinkageError ex) {
			logger.log(Level.DEBUG, () -> "The listener of limit '" + limit.name() + "' did not receive a decision",
					ex);
		}
	}

	private void denied(RegisteredLimit limit, ChargeDecision decision) {
		Key key = decision.key();
		DenialThrottle known = this.denied.find(limit, key);
		if (known == null) {
			long now = this.time.nanoTime();
			DenialThrottle added = this.denied.add(limit, key, now, now);
			known = (added != null) ? added : this.denied.find(limit, key);
		}
		long leftOut = (known != null) ? known.denied(this.time) : DenialThrottle.LEFT_OUT;
		if (leftOut != DenialThrottle.LEFT_OUT) {
			this.listener.denied(limit, decision, leftOut);
		}
	}

	private void allowed(RegisteredLimit limit, ChargeDecision decision) {
		long near = ratesAtMost(NEAR, decision, 0);
		if ((near == 0 && this.near.isEmpty()) || !decision.hasFacts() || decision.limit().isPaced()) {
			return;
		}
		NearKey known = this.near.find(limit, decision.key());
		if (known == null && near != 0) {
			known = add(limit, decision);
		}
		if (known != null) {
			long begun = known.note(near, ratesAtMost(RECOVERED, decision, decision.charge().permits()));
			if (begun != 0) {
				known.extend(this.time.nanoTime() + timeToFull(decision));
				report(limit, decision, begun);
			}
			else if (known.hasRecovered()) {
				this.near.remove(limit, decision.key(), known);
			}
		}
	}

	/** Returns null if there is no room for the key. */
	private @Nullable NearKey add(RegisteredLimit limit, ChargeDecision decision) {
		long now = this.time.nanoTime();
		NearKey added = this.near.add(limit, decision.key(), now + timeToFull(decision), now);
		return (added != null) ? added : this.near.find(limit, decision.key());
	}

	private void report(RegisteredLimit limit, ChargeDecision decision, long rates) {
		for (long left = rates; left != 0; left &= left - 1) {
			this.listener.nearLimit(limit, decision, Long.numberOfTrailingZeros(left));
		}
	}

	private static long timeToFull(ChargeDecision decision) {
		return Math.max(LEAST_NANOS, Math.min(MOST_NANOS, decision.resetAfter().toNanos()));
	}

	/**
	 * Returns the rates that have at most so many tenths of their permits, as bits by
	 * their indexes; after the first 64 none.
	 * @param added permits to add to those that are left
	 */
	private static long ratesAtMost(int tenths, ChargeDecision decision, long added) {
		Limit limit = decision.limit();
		int rates = Math.min(limit.quotas(), Long.SIZE);
		if (rates == 1) {
			return isAtMost(tenths, decision.remaining() + added, limit.capacity()) ? 1 : 0;
		}
		long found = 0;
		for (int i = 0; i < rates; i++) {
			if (isAtMost(tenths, decision.remaining(i) + added, limit.quota(i))) {
				found |= 1L << i;
			}
		}
		return found;
	}

	private static boolean isAtMost(int tenths, long permits, long full) {
		return full >= LEAST_CAPACITY && permits <= share(full, tenths);
	}

	private static long share(long permits, int tenths) {
		return permits / TENTHS * tenths + permits % TENTHS * tenths / TENTHS;
	}

}
