package io.github.ratelimit.store.memory;

import io.github.bucket4j.BucketState;
import io.github.bucket4j.MathType;
import io.github.ratelimit.Key;
import io.github.ratelimit.store.Charge;
import io.github.ratelimit.store.ChargeDecision;
import io.github.ratelimit.store.bucket4j.BucketFacts;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import org.jspecify.annotations.Nullable;

/**
 * The scheduled permits of one key. A permit is given back only while no later one is
 * taken: one that was freed in the middle of the queue would admit two calls at a time.
 */
final class PacedCell extends KeyCell {

	private static final AtomicReferenceFieldUpdater<PacedCell, BucketState> STATE = AtomicReferenceFieldUpdater
		.newUpdater(PacedCell.class, BucketState.class, "state");

	private volatile BucketState state;

	private volatile PacedLimit terms;

	PacedCell(Key key, int slot, PacedLimit terms, long now) {
		super(key, slot, now);
		this.terms = terms;
		this.state = BucketState.createInitialState(terms.configuration(), MathType.INTEGER_64_BITS, now);
	}

	@Override
	@Nullable ChargeDecision decide(Charge charge, long permits, PreparedLimit terms, StoreClock clock) {
		while (terms instanceof PacedLimit paced) {
			BucketState before = this.state;
			if (before == BucketArithmetic.RETIRED) {
				return null;
			}
			long now = clock.nanos();
			seen(now);
			BucketState after = BucketArithmetic.refilled(null, before, paced.configuration(), now);
			boolean changed = after.getConfiguration() != before.getConfiguration();
			long wait = wait(charge, after);
			boolean taken = wait <= charge.maxWaitNanos() && permits > 0;
			if (taken) {
				after.consume(permits);
			}
			if (!(taken || changed) || STATE.compareAndSet(this, before, after)) {
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
		return (charge.needed() > charge.limit().capacity()) ? ChargeDecision.NEVER : BucketFacts.nanosToFull(state);
	}

	private static ChargeDecision decision(Charge charge, long wait, PacedLimit terms, BucketState after,
			@Nullable Scheduled scheduled) {
		long remaining = terms.remaining(after);
		long toFull = BucketFacts.nanosToFull(after);
		return (wait <= charge.maxWaitNanos())
				? ChargeDecision.grantedAfter(charge, scheduled, remaining, wait, toFull, null)
				: ChargeDecision.refused(charge, remaining, wait, toFull, null);
	}

	@Override
	void giveBack(ChargeDecision taken, long permits, PreparedLimit terms, StoreClock clock) {
		if (taken.receipt() instanceof Scheduled scheduled) {
			BucketState after = BucketArithmetic.refilled(null, scheduled.state(), scheduled.state().getConfiguration(),
					clock.nanos());
			after.addTokens(permits);
			STATE.compareAndSet(this, scheduled.state(), after);
		}
	}

	@Override
	long charge(long permits, PreparedLimit terms, StoreClock clock) {
		while (true) {
			BucketState before = this.state;
			if (before == BucketArithmetic.RETIRED) {
				return RETIRED;
			}
			BucketState after = BucketArithmetic.refilled(null, before, before.getConfiguration(), clock.nanos());
			long charged = BucketArithmetic.charge(after, permits, terms.limit().maxDebt());
			if (charged == 0 || STATE.compareAndSet(this, before, after)) {
				return permits - charged;
			}
		}
	}

	@Override
	boolean lower(long[] atMost, PreparedLimit terms, StoreClock clock) {
		while (terms instanceof PacedLimit paced) {
			BucketState before = this.state;
			if (before == BucketArithmetic.RETIRED) {
				return false;
			}
			BucketState after = BucketArithmetic.refilled(null, before, paced.configuration(), clock.nanos());
			after.consume(Math.max(0, after.getCurrentSize(0) - atMost[0]));
			if (STATE.compareAndSet(this, before, after)) {
				this.terms = paced;
				return true;
			}
		}
		return false;
	}

	@Override
	@Nullable CellSnapshot view(StoreClock clock) {
		BucketState current = this.state;
		if (current == BucketArithmetic.RETIRED) {
			return null;
		}
		long now = clock.nanos();
		BucketState refilled = BucketArithmetic.refilled(null, current, current.getConfiguration(), now);
		CellSnapshot view = BucketArithmetic.view(current, now);
		long capacity = this.terms.limit().capacity();
		return new CellSnapshot(current, capacity, this.terms.remaining(refilled), view.nanosToFull(), view.spent(),
				(double) view.spent() / capacity);
	}

	@Override
	boolean retire(CellSnapshot seen) {
		return STATE.compareAndSet(this, (BucketState) seen.state(), BucketArithmetic.RETIRED);
	}

	@Override
	boolean retire() {
		return STATE.getAndSet(this, BucketArithmetic.RETIRED) != BucketArithmetic.RETIRED;
	}

	/** A scheduled permit, and the state after it. */
	private record Scheduled(PacedCell cell, BucketState state) implements CellReceipt {
	}

}
