package io.github.ratelimit.limiter;

import io.github.ratelimit.Key;
import io.github.ratelimit.Limit;
import io.github.ratelimit.TimeSource;
import io.github.ratelimit.registry.RegisteredLimit;
import io.github.ratelimit.store.ChargeDecision;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;

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

	/**
	 * Of fewer permits, a fifth is none: such a key is near its limit only without any.
	 */
	private static final int LEAST_CAPACITY = 5;

	private static final int NONE = -1;

	private static final long LEAST_NANOS = Duration.ofSeconds(1).toNanos();

	private static final long MOST_NANOS = Duration.ofDays(1).toNanos();

	private final ReportedKeys<DenialThrottle> denied = new ReportedKeys<>(DenialThrottle::new);

	private final ReportedKeys<ReportedKey> near = new ReportedKeys<>(ReportedKey::new);

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
		int rate = firstBelow(decision, NEAR, 0);
		if (rate != NONE) {
			nearLimit(limit, decision, rate);
		}
		else if (!this.near.isEmpty()) {
			ReportedKey known = this.near.find(limit, decision.key());
			if (known != null && hadRecovered(decision)) {
				this.near.remove(limit, decision.key(), known);
			}
		}
	}

	private void nearLimit(RegisteredLimit limit, ChargeDecision decision, int rate) {
		Limit current = decision.limit();
		if (!decision.hasFacts() || current.isPaced() || current.quota(rate) < LEAST_CAPACITY) {
			return;
		}
		Key key = decision.key();
		ReportedKey known = this.near.find(limit, key);
		if (known == null) {
			long now = this.time.nanoTime();
			if (this.near.add(limit, key, now + timeToFull(decision), now) != null) {
				this.listener.nearLimit(limit, decision, rate);
			}
		}
		else if (hadRecovered(decision)) {
			known.extend(this.time.nanoTime() + timeToFull(decision));
			this.listener.nearLimit(limit, decision, rate);
		}
	}

	private static long timeToFull(ChargeDecision decision) {
		return Math.max(LEAST_NANOS, Math.min(MOST_NANOS, decision.resetAfter().toNanos()));
	}

	/** Returns whether the key had recovered before the call took its permits. */
	private static boolean hadRecovered(ChargeDecision decision) {
		return firstBelow(decision, RECOVERED, decision.charge().permits()) == NONE;
	}

	/** Returns the first rate that has at most so many tenths of its permits. */
	private static int firstBelow(ChargeDecision decision, int tenths, long added) {
		Limit limit = decision.limit();
		int rates = limit.quotas();
		if (rates == 1) {
			return (decision.remaining() + added <= share(limit.capacity(), tenths)) ? 0 : NONE;
		}
		for (int i = 0; i < rates; i++) {
			if (decision.remaining(i) + added <= share(limit.quota(i), tenths)) {
				return i;
			}
		}
		return NONE;
	}

	private static long share(long permits, int tenths) {
		return permits / TENTHS * tenths + permits % TENTHS * tenths / TENTHS;
	}

}
