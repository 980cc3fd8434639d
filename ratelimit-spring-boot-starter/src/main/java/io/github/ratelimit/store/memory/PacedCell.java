package io.github.ratelimit.store.memory;

import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.BucketState;
import io.github.ratelimit.Key;
import io.github.ratelimit.Limit;
import io.github.ratelimit.store.Charge;
import io.github.ratelimit.store.ChargeDecision;
import org.jspecify.annotations.Nullable;

/**
 * The scheduled permits of one key of a limit that paces its calls: a bucket of one
 * permit. A call takes its permit when the bucket is full, and the next call waits until
 * the cost has refilled. A permit is given back only while no later one is taken: one
 * that was freed in the middle of the queue would admit two calls at a time.
 */
final class PacedCell extends BucketCell {

	private volatile Terms terms;

	private PacedCell(Key key, int slot, Terms terms, long now) {
		super(key, slot, terms.configuration, now);
		this.terms = terms;
	}

	@Override
	@Nullable ChargeDecision decide(Charge charge, long permits, PreparedLimit terms, StoreClock clock) {
		while (terms instanceof Terms paced) {
			BucketState before = state();
			if (before == null) {
				return null;
			}
			long now = clock.nanos();
			seen(now);
			BucketState after = refilled(null, before, paced.configuration, now);
			boolean changed = after.getConfiguration() != before.getConfiguration();
			long wait = wait(charge, after);
			boolean taken = wait <= charge.maxWaitNanos() && permits > 0;
			if (taken) {
				after.consume(permits);
			}
			if (!(taken || changed) || replace(before, after)) {
				this.terms = changed ? paced : this.terms;
				return decision(charge, wait, paced, after, taken ? new Scheduled(this, after) : null);
			}
		}
		return null;
	}

	private static long wait(Charge charge, BucketState state) {
		if (charge.needed() == 0) {
			return 0;
		}
		return (charge.needed() > charge.limit().capacity()) ? ChargeDecision.NEVER : nanosToFull(state);
	}

	private static ChargeDecision decision(Charge charge, long wait, Terms terms, BucketState after,
			@Nullable Scheduled scheduled) {
		long remaining = terms.remaining(after);
		long toFull = nanosToFull(after);
		return (wait <= charge.maxWaitNanos())
				? ChargeDecision.grantedAfter(charge, scheduled, remaining, wait, toFull, null)
				: ChargeDecision.refused(charge, remaining, wait, toFull, null);
	}

	@Override
	void giveBack(ChargeDecision taken, long permits, PreparedLimit terms, StoreClock clock) {
		if (taken.receipt() instanceof Scheduled scheduled) {
			BucketState after = refilled(null, scheduled.state(), scheduled.state().getConfiguration(), clock.nanos());
			after.addTokens(permits);
			replace(scheduled.state(), after);
		}
	}

	/** Its one permit has no meaning under the rates of a token bucket. */
	@Override
	BucketConfiguration ratesToCharge(BucketState state, PreparedLimit terms) {
		return state.getConfiguration();
	}

	@Override
	boolean lower(long[] atMost, PreparedLimit terms, StoreClock clock) {
		while (terms instanceof Terms paced) {
			BucketState before = state();
			if (before == null) {
				return false;
			}
			BucketState after = refilled(null, before, paced.configuration, clock.nanos());
			after.consume(Math.max(0, after.getCurrentSize(0) - atMost[0]));
			if (replace(before, after)) {
				this.terms = paced;
				return true;
			}
		}
		return false;
	}

	@Override
	Snapshot view(BucketState state, BucketState refilled) {
		Snapshot bucket = super.view(state, refilled);
		long capacity = this.terms.limit().capacity();
		return new Snapshot(state, capacity, this.terms.remaining(refilled), bucket.nanosToFull(), bucket.spent(),
				(double) bucket.spent() / capacity);
	}

	/** A scheduled permit, and the state after it. */
	private record Scheduled(PacedCell cell, BucketState state) implements KeyTable.CellReceipt {
	}

	/** A limit that paces its calls. */
	static final class Terms extends PreparedLimit {

		private final BucketConfiguration configuration;

		Terms(Limit limit) {
			super(limit);
			this.configuration = BucketConfigurations.of(limit);
		}

		@Override
		KeyCell create(Key key, int slot, StoreClock clock, long now) {
			return new PacedCell(key, slot, this, now);
		}

		/**
		 * Returns how many calls of one permit each would get a scheduled permit within
		 * the longest wait.
		 */
		private long remaining(BucketState state) {
			Bandwidth bandwidth = this.configuration.getBandwidths()[0];
			long wait = limit().maxWait().toNanos();
			long period = bandwidth.getRefillPeriodNanos();
			long permits = wait / period * bandwidth.getRefillTokens()
					+ (wait % period * bandwidth.getRefillTokens() + state.getRoundingError(0)) / period;
			return Math.max(0, Math.min(limit().capacity(), state.getCurrentSize(0) + permits));
		}

	}

}
