package io.github.ratelimit.registry;

import io.github.ratelimit.Limit;
import io.github.ratelimit.LimitDecision;
import io.github.ratelimit.OnStoreFailure;
import io.github.ratelimit.registry.BusyKeys.KeyCount;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/**
 * How often a limit allowed, refused and could not decide since the start, and which of
 * its decisions listeners may want. Thread-safe; the numbers are exact once the calls
 * that they count have returned.
 */
public final class LimitStatistics {

	/**
	 * A key is near its limit with this part of the permits or less: 5 for a fifth.
	 */
	public static final int NEAR = 5;

	private final LongAdder allowed = new LongAdder();

	private final LongAdder denied = new LongAdder();

	private final LongAdder degraded = new LongAdder();

	private final LongAdder shadowDenied = new LongAdder();

	private final LongAdder exempt = new LongAdder();

	private final BusyKeys callers = new BusyKeys();

	private final BusyKeys refused = new BusyKeys();

	private volatile boolean watchesKeys;

	/** Whether keys have been near the limit, so that their other calls matter, too. */
	private volatile boolean hasNearKeys;

	LimitStatistics() {
	}

	/**
	 * Counts a decision of the limit.
	 * @param decision the decision of the limit
	 * @return whether a listener may want to know of it: it refuses the call, or can have
	 * left its key near the limit
	 */
	public boolean count(LimitDecision decision) {
		boolean refused = decision.isRefused();
		if (decision.isDegraded()) {
			this.degraded.increment();
		}
		else if (refused) {
			this.denied.increment();
		}
		else if (!decision.isViolated()) {
			this.allowed.increment();
		}
		else {
			this.shadowDenied.increment();
		}
		if (this.watchesKeys) {
			this.callers.add(decision.key());
			if (decision.isViolated() && !decision.isUnavailable()) {
				this.refused.add(decision.key());
			}
		}
		return refused || this.hasNearKeys || canBeNear(decision);
	}

	/** May be wrong for several rates, each of which has its own permits. */
	private static boolean canBeNear(LimitDecision decision) {
		Limit limit = decision.limit();
		return limit.quotas() > 1 || decision.remaining() <= limit.capacity() / NEAR;
	}

	/** Notes that a key is near the limit. */
	public void noteNearKey() {
		this.hasNearKeys = true;
	}

	/** Finds out from now on which keys call and are refused most. */
	void watchKeys() {
		this.watchesKeys = true;
	}

	/**
	 * Returns whether this finds out which keys call and are refused most.
	 * @return false if {@link #busiest} and {@link #mostDenied} are always empty
	 */
	public boolean watchesKeys() {
		return this.watchesKeys;
	}

	/** Notes that five seconds have passed. */
	public void fiveSecondsPassed() {
		this.callers.fiveSecondsPassed();
		this.refused.fiveSecondsPassed();
	}

	/**
	 * Returns the keys that called most in the last ten to twenty minutes.
	 * @param size how many keys at most
	 * @return keys that stand out with their calls, most first
	 */
	public List<KeyCount> busiest(int size) {
		return this.callers.top(size);
	}

	/**
	 * Returns the keys that were refused most in the last ten to twenty minutes, or would
	 * have been if the limit were not in shadow mode.
	 * @param size how many keys at most
	 * @return keys that stand out with their refusals, most first
	 */
	public List<KeyCount> mostDenied(int size) {
		return this.refused.top(size);
	}

	/** Counts a call that was allowed because the limiter failed. */
	public void countDegraded() {
		this.degraded.increment();
	}

	/** Counts a call that was exempt from the limit. */
	public void countExempt() {
		this.exempt.increment();
	}

	/**
	 * Returns how many calls were allowed by this limit and all others of the decision,
	 * quotas of clients included.
	 * @return calls since the start
	 */
	public long allowed() {
		return this.allowed.sum();
	}

	/**
	 * Returns how many calls this limit refused. A call refused by another limit counts
	 * here neither as allowed nor as denied.
	 * @return calls since the start
	 */
	public long denied() {
		return this.denied.sum();
	}

	/**
	 * Returns how many calls the limiter allowed because it failed, or decided by
	 * {@link OnStoreFailure} because the store did.
	 * @return calls since the start
	 */
	public long degraded() {
		return this.degraded.sum();
	}

	/**
	 * Returns how many calls this limit would have refused if it were enforced.
	 * @return calls since the start
	 */
	public long shadowDenied() {
		return this.shadowDenied.sum();
	}

	/**
	 * Returns how many calls were exempt from the limit, and so not charged.
	 * @return calls since the start, once for each rule and method that exempted it
	 */
	public long exempt() {
		return this.exempt.sum();
	}

}
