package io.github.ratelimit.store.memory;

import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.BucketState;
import io.github.ratelimit.Key;
import io.github.ratelimit.Limit;
import io.github.ratelimit.store.DebtBound;
import io.github.ratelimit.store.bucket4j.BucketConfigurations;

/**
 * A limit that paces its calls: a bucket of one permit. A call takes its permit when the
 * bucket is full, and the next call waits until the cost has refilled.
 */
final class PacedLimit extends PreparedLimit {

	private final BucketConfiguration configuration;

	private final long debtBound;

	PacedLimit(Limit limit) {
		super(limit);
		this.configuration = BucketConfigurations.of(limit);
		this.debtBound = DebtBound.of(limit);
	}

	BucketConfiguration configuration() {
		return this.configuration;
	}

	@Override
	long debtBound() {
		return this.debtBound;
	}

	@Override
	KeyCell create(Key key, int slot, StoreClock clock, long now) {
		return new PacedCell(key, slot, this, now);
	}

	@Override
	long remainingOfFull(int quota) {
		return remaining(1, 0);
	}

	/**
	 * Returns how many calls of one permit each would get a scheduled permit within the
	 * longest wait.
	 */
	long remaining(BucketState state) {
		return remaining(state.getCurrentSize(0), state.getRoundingError(0));
	}

	private long remaining(long whole, long part) {
		Bandwidth bandwidth = this.configuration.getBandwidths()[0];
		long wait = limit().maxWait().toNanos();
		long period = bandwidth.getRefillPeriodNanos();
		long permits = wait / period * bandwidth.getRefillTokens()
				+ (wait % period * bandwidth.getRefillTokens() + part) / period;
		return Math.max(0, Math.min(limit().capacity(), whole + permits));
	}

}
