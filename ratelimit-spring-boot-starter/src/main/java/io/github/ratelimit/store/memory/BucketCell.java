package io.github.ratelimit.store.memory;

import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.BucketState;
import io.github.bucket4j.MathType;
import io.github.ratelimit.Key;
import io.github.ratelimit.Limit;
import io.github.ratelimit.Rate;
import io.github.ratelimit.store.Charge;
import io.github.ratelimit.store.ChargeDecision;
import io.github.ratelimit.store.Receipt;
import java.math.BigInteger;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import org.jspecify.annotations.Nullable;

/**
 * The token bucket of one key: an immutable Bucket4j state that is replaced by
 * compare-and-set. The cell is its own receipt, so that a granted call costs no further
 * object.
 * <p>
 * Waits are rounded up to the nanosecond, where Bucket4j rounds down: a caller is refused
 * until exactly the reported time, and accepted then.
 */
class BucketCell extends KeyCell {

	private static final AtomicReferenceFieldUpdater<BucketCell, BucketState> STATE = AtomicReferenceFieldUpdater
		.newUpdater(BucketCell.class, BucketState.class, "state");

	private static final BucketState RETIRED_STATE = BucketState.createInitialState(
			BucketConfigurations.of(Limit.of("retired", Rate.of(1, Duration.ofDays(1)))), MathType.INTEGER_64_BITS, 0);

	/** The greatest debt of a bucket: beyond it a sum may overflow. */
	private static final long MOST_DEBT = 1L << 60;

	private static final BigInteger LONGEST = BigInteger.valueOf(ChargeDecision.NEVER - 1);

	private volatile BucketState state;

	/**
	 * The last refusal, so that further refusals of the same state need no copy of it.
	 */
	private volatile @Nullable BucketRefusal lastRefusal;

	BucketCell(Key key, int slot, BucketConfiguration configuration, long now) {
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
				: BucketRateChange.inProportion(refilled, configuration, now);
	}

	@Override
	@Nullable ChargeDecision decide(Charge charge, long permits, PreparedLimit terms, StoreClock clock) {
		BucketState after = null;
		while (terms instanceof Terms bucket) {
			BucketState before = state();
			if (before == null) {
				return null;
			}
			long now = clock.nanos();
			seen(now);
			BucketRefusal last = this.lastRefusal;
			ChargeDecision again = (last != null) ? last.again(charge, before, bucket.configuration, now) : null;
			if (again != null) {
				return again;
			}
			after = refilled(after, before, bucket.configuration, now);
			// a call that needs nothing is not refused because of a debt
			boolean there = charge.needed() == 0 || charge.needed() <= after.getAvailableTokens();
			boolean taken = there && permits > 0;
			if (taken) {
				after.consume(permits);
			}
			// Also what was read under other rates: a refused caller would wait by
			// outdated ones
			boolean kept = taken || after.getConfiguration() != before.getConfiguration();
			if (!kept || replace(before, after)) {
				return there ? granted(charge, taken ? this : null, after)
						: refused(charge, kept ? after : before, after, now);
			}
		}
		return null;
	}

	private ChargeDecision refused(Charge charge, BucketState state, BucketState refilled, long now) {
		BucketRefusal refusal = new BucketRefusal(state, refilled, now);
		this.lastRefusal = refusal;
		return refusal.decision(charge);
	}

	/**
	 * Returns the decision of a bucket that has granted the charge.
	 * @param after the state after the permits were taken, which must not be changed
	 */
	static ChargeDecision granted(Charge charge, @Nullable Receipt receipt, BucketState after) {
		Bandwidth[] bandwidths = after.getConfiguration().getBandwidths();
		if (bandwidths.length == 1) {
			return new Granted(charge, receipt, after);
		}
		long[] perRate = new long[2 * bandwidths.length];
		for (int i = 0; i < bandwidths.length; i++) {
			perRate[2 * i] = after.getCurrentSize(i);
			perRate[2 * i + 1] = nanosUntil(bandwidths[i].getCapacity(), after, i, bandwidths[i]);
		}
		return ChargeDecision.granted(charge, receipt, after.getAvailableTokens(), nanosToFull(after), perRate);
	}

	/** Returns how long a bucket takes to be full, rounded up. */
	static long nanosToFull(BucketState state) {
		Bandwidth[] bandwidths = state.getConfiguration().getBandwidths();
		long longest = 0;
		for (int i = 0; i < bandwidths.length; i++) {
			longest = Math.max(longest, nanosUntil(bandwidths[i].getCapacity(), state, i, bandwidths[i]));
		}
		return longest;
	}

	/** Returns how long a rate takes to have so many permits, rounded up. */
	static long nanosUntil(long permits, BucketState state, int rate, Bandwidth bandwidth) {
		long deficit = permits - state.getCurrentSize(rate);
		long period = bandwidth.getRefillPeriodNanos();
		if (deficit <= 0) {
			return 0;
		}
		if (Math.multiplyHigh(deficit, period) == 0 && deficit * period > 0) {
			return (deficit * period - state.getRoundingError(rate) - 1) / bandwidth.getRefillTokens() + 1;
		}
		return BigInteger.valueOf(deficit)
			.multiply(BigInteger.valueOf(period))
			.subtract(BigInteger.valueOf(state.getRoundingError(rate) + 1))
			.divide(BigInteger.valueOf(bandwidth.getRefillTokens()))
			.add(BigInteger.ONE)
			.min(LONGEST)
			.longValueExact();
	}

	@Override
	void giveBack(ChargeDecision taken, long permits, PreparedLimit terms, StoreClock clock) {
		while (terms instanceof Terms bucket) {
			BucketState before = state();
			if (before == null || before.getConfiguration() != bucket.configuration) {
				return;
			}
			BucketState after = refilled(null, before, before.getConfiguration(), clock.nanos());
			after.addTokens(permits);
			if (replace(before, after)) {
				return;
			}
		}
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
		return (terms instanceof Terms bucket) ? bucket.configuration : state.getConfiguration();
	}

	@Override
	boolean lower(long[] atMost, PreparedLimit terms, StoreClock clock) {
		while (terms instanceof Terms bucket) {
			BucketState before = state();
			if (before == null) {
				return false;
			}
			long now = clock.nanos();
			BucketState refilled = refilled(null, before, bucket.configuration, now);
			if (replace(before, BucketRateChange.lowered(refilled, atMost, now))) {
				return true;
			}
		}
		return false;
	}

	@Override
	final @Nullable Snapshot view(StoreClock clock) {
		BucketState current = state();
		return (current == null) ? null
				: view(current, refilled(null, current, current.getConfiguration(), clock.nanos()));
	}

	Snapshot view(BucketState state, BucketState refilled) {
		Bandwidth[] bandwidths = refilled.getConfiguration().getBandwidths();
		long toFull = nanosToFull(refilled);
		Snapshot view = Snapshot.of(state, bandwidths[0].getCapacity(), refilled.getCurrentSize(0), toFull);
		for (int i = 1; i < bandwidths.length; i++) {
			view = view.and(Snapshot.of(state, bandwidths[i].getCapacity(), refilled.getCurrentSize(i), toFull));
		}
		return view;
	}

	@Override
	final boolean retire(Snapshot seen) {
		return replace((BucketState) seen.state(), RETIRED_STATE);
	}

	@Override
	final boolean retire() {
		return STATE.getAndSet(this, RETIRED_STATE) != RETIRED_STATE;
	}

	/** A limit of token buckets. */
	static final class Terms extends PreparedLimit {

		private final BucketConfiguration configuration;

		Terms(Limit limit) {
			super(limit);
			this.configuration = BucketConfigurations.of(limit);
		}

		@Override
		KeyCell create(Key key, int slot, StoreClock clock, long now) {
			return new BucketCell(key, slot, this.configuration, now);
		}

	}

	/** For one rate. Its facts follow from the state and are computed on request. */
	private static final class Granted extends ChargeDecision {

		private final BucketState after;

		Granted(Charge charge, @Nullable Receipt receipt, BucketState after) {
			super(charge, receipt);
			this.after = after;
		}

		@Override
		protected long waitNanos() {
			return 0;
		}

		@Override
		protected long permitsLeft() {
			return this.after.getAvailableTokens();
		}

		@Override
		protected long resetAfterNanos() {
			return nanosToFull(this.after);
		}

	}

}
