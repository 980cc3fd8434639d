package io.github.ratelimit.store.memory;

import io.github.ratelimit.Key;
import io.github.ratelimit.Limit;
import io.github.ratelimit.store.DebtBound;

/**
 * A limit prepared for counting: one object for all equal limits, so that a change of
 * configuration is detected by comparing references.
 */
abstract class PreparedLimit {

	private final Limit limit;

	private final long debtBound;

	PreparedLimit(Limit limit) {
		this.limit = limit;
		this.debtBound = DebtBound.of(limit);
	}

	static PreparedLimit of(Limit limit) {
		return switch (limit.algorithm()) {
			case TOKEN_BUCKET -> limit.isPaced() ? new PacedCell.Terms(limit) : new BucketCell.Terms(limit);
			case FIXED_WINDOW, SLIDING_WINDOW, SLIDING_WINDOW_COUNTER -> new WindowCell.Terms(limit);
			case SLIDING_WINDOW_LOG -> new LogCell.Terms(limit);
			case CONCURRENCY -> new SlotCell.Terms(limit);
		};
	}

	final Limit limit() {
		return this.limit;
	}

	/** Returns how far below zero calls can lower the permits. */
	final long debtBound() {
		return this.debtBound;
	}

	/** Returns a cell with all permits. */
	abstract KeyCell create(Key key, int slot, StoreClock clock, long now);

	/** Returns a cell with a part of its permits used, rounded up. */
	final KeyCell create(Key key, int slot, StoreClock clock, double used) {
		KeyCell cell = create(key, slot, clock, clock.nanos());
		if (used > 0) {
			cell.charge((long) Math.ceil(used * this.limit.capacity() - 1e-9), this, clock);
		}
		return cell;
	}

}
