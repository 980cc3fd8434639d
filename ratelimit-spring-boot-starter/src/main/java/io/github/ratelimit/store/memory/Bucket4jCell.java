package io.github.ratelimit.store.memory;

import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.BucketState;
import io.github.bucket4j.MathType;
import io.github.ratelimit.Key;
import io.github.ratelimit.Limit;
import io.github.ratelimit.Rate;
import io.github.ratelimit.store.bucket4j.BucketConfigurations;
import io.github.ratelimit.store.bucket4j.BucketFacts;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import org.jspecify.annotations.Nullable;

/**
 * A cell with an immutable Bucket4j state that is replaced by compare-and-set.
 */
abstract class Bucket4jCell extends KeyCell {

	private static final AtomicReferenceFieldUpdater<Bucket4jCell, BucketState> STATE = AtomicReferenceFieldUpdater
		.newUpdater(Bucket4jCell.class, BucketState.class, "state");

	private static final BucketState RETIRED_STATE = BucketState.createInitialState(
			BucketConfigurations.of(Limit.of("retired", Rate.of(1, Duration.ofDays(1)))), MathType.INTEGER_64_BITS, 0);

	/** The greatest debt of a bucket: beyond it a sum may overflow. */
	private static final long MOST_DEBT = 1L << 60;

	private volatile BucketState state;

	Bucket4jCell(Key key, int slot, BucketConfiguration configuration, long now) {
		super(key, slot, now);
		this.state = BucketState.createInitialState(configuration, MathType.INTEGER_64_BITS, now);
	}

	/** Returns null if the cell is retired. */
	final @Nullable BucketState state() {
		BucketState current = this.state;
		return (current != RETIRED_STATE) ? current : null;
	}

	/** Returns false if the state is no longer the one before. */
	final boolean replace(BucketState before, BucketState after) {
		return STATE.compareAndSet(this, before, after);
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

	/** Charges as much as the debt allows. */
	@Override
	final long charge(long permits, PreparedLimit terms, StoreClock clock) {
		while (true) {
			BucketState before = state();
			if (before == null) {
				return RETIRED;
			}
			BucketState after = refilled(null, before, ratesToCharge(before, terms), clock.nanos());
			long room = after.getAvailableTokens() + Math.min(terms.debtBound(), MOST_DEBT);
			long charged = Math.min(permits, Math.max(0, room));
			after.consume(charged);
			if (charged == 0 || replace(before, after)) {
				return permits - charged;
			}
		}
	}

	/** Returns the rates under which permits are charged afterwards. */
	BucketConfiguration ratesToCharge(BucketState state, PreparedLimit terms) {
		return state.getConfiguration();
	}

	@Override
	final @Nullable CellSnapshot view(StoreClock clock) {
		BucketState current = state();
		return (current == null) ? null
				: view(current, refilled(null, current, current.getConfiguration(), clock.nanos()));
	}

	CellSnapshot view(BucketState state, BucketState refilled) {
		Bandwidth[] bandwidths = refilled.getConfiguration().getBandwidths();
		long toFull = BucketFacts.nanosToFull(refilled);
		CellSnapshot view = CellSnapshot.of(state, bandwidths[0].getCapacity(), refilled.getCurrentSize(0), toFull);
		for (int i = 1; i < bandwidths.length; i++) {
			view = view.and(CellSnapshot.of(state, bandwidths[i].getCapacity(), refilled.getCurrentSize(i), toFull));
		}
		return view;
	}

	@Override
	final boolean retire(CellSnapshot seen) {
		return replace((BucketState) seen.state(), RETIRED_STATE);
	}

	@Override
	final boolean retire() {
		return STATE.getAndSet(this, RETIRED_STATE) != RETIRED_STATE;
	}

}
