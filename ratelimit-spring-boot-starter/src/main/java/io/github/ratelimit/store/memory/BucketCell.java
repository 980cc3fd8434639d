package io.github.ratelimit.store.memory;

import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.BucketState;
import io.github.ratelimit.Key;
import io.github.ratelimit.store.Charge;
import io.github.ratelimit.store.ChargeDecision;
import io.github.ratelimit.store.bucket4j.BucketConfigurations;
import io.github.ratelimit.store.bucket4j.BucketFacts;
import org.jspecify.annotations.Nullable;

/**
 * The token bucket of one key. It is its own receipt, so that a granted call costs no
 * further object.
 */
final class BucketCell extends Bucket4jCell {

	/**
	 * The last refusal, so that further refusals of the same state need no copy of it.
	 */
	private volatile @Nullable CachedRefusal lastRefusal;

	BucketCell(Key key, int slot, BucketConfiguration configuration, long now) {
		super(key, slot, configuration, now);
	}

	@Override
	@Nullable ChargeDecision decide(Charge charge, long permits, PreparedLimit terms, StoreClock clock) {
		BucketState after = null;
		while (terms instanceof BucketLimit bucket) {
			BucketState before = state();
			if (before == null) {
				return null;
			}
			long now = clock.nanos();
			seen(now);
			CachedRefusal last = this.lastRefusal;
			ChargeDecision again = (last != null) ? last.again(charge, before, bucket.configuration(), now) : null;
			if (again != null) {
				return again;
			}
			after = refilled(after, before, bucket.configuration(), now);
			boolean there = BucketFacts.has(after, charge.needed());
			boolean taken = there && permits > 0;
			if (taken) {
				after.consume(permits);
			}
			// Also what was read under other rates: a refused caller would wait by
			// outdated ones
			boolean kept = taken || after.getConfiguration() != before.getConfiguration();
			if (!kept || replace(before, after)) {
				return there ? BucketFacts.granted(charge, taken ? this : null, after)
						: refused(charge, kept ? after : before, after, now);
			}
		}
		return null;
	}

	private ChargeDecision refused(Charge charge, BucketState state, BucketState refilled, long now) {
		this.lastRefusal = new CachedRefusal(state, refilled, now);
		return BucketFacts.refused(charge, refilled);
	}

	@Override
	void giveBack(ChargeDecision taken, long permits, PreparedLimit terms, StoreClock clock) {
		while (terms instanceof BucketLimit bucket) {
			BucketState before = state();
			if (before == null || before.getConfiguration() != bucket.configuration()) {
				return;
			}
			BucketState after = refilled(null, before, before.getConfiguration(), clock.nanos());
			after.addTokens(permits);
			if (replace(before, after)) {
				return;
			}
		}
	}

	@Override
	BucketConfiguration ratesToCharge(BucketState state, PreparedLimit terms) {
		return (terms instanceof BucketLimit bucket) ? bucket.configuration() : super.ratesToCharge(state, terms);
	}

	@Override
	boolean lower(long[] atMost, PreparedLimit terms, StoreClock clock) {
		while (terms instanceof BucketLimit bucket) {
			BucketState before = state();
			if (before == null) {
				return false;
			}
			long now = clock.nanos();
			BucketState refilled = refilled(null, before, bucket.configuration(), now);
			if (replace(before, BucketConfigurations.lowered(refilled, atMost, now))) {
				return true;
			}
		}
		return false;
	}

	/**
	 * A refusal. As long as the state is the same, what is available later follows from
	 * it, without another copy to refill, so that frequent refusals of one caller cost
	 * least.
	 *
	 * @param state the state that the cell has
	 * @param refilled the same at the time of the refusal; must not be changed
	 * @param nanos that time
	 */
	private record CachedRefusal(BucketState state, BucketState refilled, long nanos) {

		/**
		 * Returns null if the state has changed, or the charge may be payable by now.
		 */
		@Nullable ChargeDecision again(Charge charge, BucketState state, BucketConfiguration configuration, long now) {
			if (state != this.state || this.refilled.getConfiguration() != configuration) {
				return null;
			}
			return BucketFacts.stillRefused(charge, this.refilled, now - this.nanos);
		}

	}

}
