package io.github.ratelimit.store.memory;

import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.BucketState;
import io.github.bucket4j.MathType;
import io.github.ratelimit.Limit;
import io.github.ratelimit.Rate;
import io.github.ratelimit.store.bucket4j.BucketConfigurations;
import io.github.ratelimit.store.bucket4j.BucketFacts;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Arithmetic of cells that keep a Bucket4j state.
 */
final class BucketArithmetic {

	/** The state of a retired cell. */
	static final BucketState RETIRED = BucketState.createInitialState(
			BucketConfigurations.of(Limit.of("retired", Rate.of(1, Duration.ofDays(1)))), MathType.INTEGER_64_BITS, 0);

	/** The greatest debt of a bucket: beyond it a sum may overflow. */
	private static final long MOST_DEBT = 1L << 60;

	private BucketArithmetic() {
	}

	/** Reuses a copy that lost a race. */
	static BucketState refilled(@Nullable BucketState unused, BucketState state, BucketConfiguration configuration,
			long now) {
		BucketState refilled = unused;
		if (refilled == null) {
			refilled = state.copy();
		}
		else {
			refilled.copyStateFrom(state);
		}
		refilled.refillAllBandwidth(now);
		return (state.getConfiguration() == configuration) ? refilled
				: BucketConfigurations.inProportion(refilled, configuration, now);
	}

	/** Charges as much as the debt allows, and returns how much that is. */
	static long charge(BucketState refilled, long permits, long maxDebt) {
		long room = refilled.getAvailableTokens() + Math.min(maxDebt, MOST_DEBT);
		long charged = Math.min(permits, Math.max(0, room));
		refilled.consume(charged);
		return charged;
	}

	static CellSnapshot view(BucketState state, long now) {
		BucketState current = refilled(null, state, state.getConfiguration(), now);
		Bandwidth[] bandwidths = current.getConfiguration().getBandwidths();
		long toFull = BucketFacts.nanosToFull(current);
		CellSnapshot view = CellSnapshot.of(state, bandwidths[0].getCapacity(), current.getCurrentSize(0), toFull);
		for (int i = 1; i < bandwidths.length; i++) {
			view = view.and(CellSnapshot.of(state, bandwidths[i].getCapacity(), current.getCurrentSize(i), toFull));
		}
		return view;
	}

}
