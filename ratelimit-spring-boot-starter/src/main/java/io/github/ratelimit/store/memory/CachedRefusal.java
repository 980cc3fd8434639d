package io.github.ratelimit.store.memory;

import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.BucketState;
import io.github.ratelimit.store.Charge;
import io.github.ratelimit.store.ChargeDecision;
import io.github.ratelimit.store.bucket4j.BucketFacts;
import org.jspecify.annotations.Nullable;

/**
 * The last refusal of a bucket. As long as the state is the same, what is available later
 * follows from it, without another copy to refill, so that frequent refusals of one
 * caller cost least.
 */
final class CachedRefusal {

	private final BucketState state;

	private final BucketState refilled;

	private final long nanos;

	/**
	 * Notes a refusal.
	 * @param state the state that the cell has
	 * @param refilled the same at the time of the refusal; must not be changed
	 * @param nanos that time
	 */
	CachedRefusal(BucketState state, BucketState refilled, long nanos) {
		this.state = state;
		this.refilled = refilled;
		this.nanos = nanos;
	}

	/** Returns null if the state has changed, or the charge may be payable by now. */
	@Nullable ChargeDecision again(Charge charge, BucketState state, BucketConfiguration configuration, long now) {
		if (state != this.state || this.refilled.getConfiguration() != configuration) {
			return null;
		}
		return BucketFacts.stillRefused(charge, this.refilled, now - this.nanos);
	}

}
