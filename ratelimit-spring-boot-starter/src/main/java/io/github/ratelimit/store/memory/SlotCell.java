package io.github.ratelimit.store.memory;

import io.github.ratelimit.Key;
import io.github.ratelimit.Limit;
import io.github.ratelimit.store.Charge;
import io.github.ratelimit.store.ChargeDecision;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLongFieldUpdater;
import org.jspecify.annotations.Nullable;

/**
 * The concurrent calls of one key. Time does not release their slots; each call releases
 * its own, once.
 */
final class SlotCell extends KeyCell {

	/**
	 * The retry-after of a refusal, as the time at which a slot is released is unknown.
	 */
	static final long SOME_TIME = TimeUnit.SECONDS.toNanos(1);

	private static final AtomicLongFieldUpdater<SlotCell> UNDER_WAY = AtomicLongFieldUpdater.newUpdater(SlotCell.class,
			"underWay");

	/** {@link #RETIRED} if the cell is retired. */
	private volatile long underWay;

	/** For reports: the slots of the plan that the key last had. */
	private volatile long capacity;

	SlotCell(Key key, int slot, long capacity, long now) {
		super(key, slot, now);
		this.capacity = capacity;
	}

	@Override
	@Nullable ChargeDecision decide(Charge charge, long slots, PreparedLimit terms, StoreClock clock) {
		while (terms instanceof Terms) {
			long before = this.underWay;
			if (before == RETIRED) {
				return null;
			}
			seen(clock.nanos());
			long capacity = capacity(terms);
			long free = Math.max(0, capacity - before);
			if (charge.needed() > free) {
				long wait = (charge.needed() > capacity) ? ChargeDecision.NEVER : SOME_TIME;
				return ChargeDecision.refused(charge, free, wait, toFull(before), null);
			}
			if (slots == 0) {
				return ChargeDecision.granted(charge, null, free, toFull(before), null);
			}
			if (UNDER_WAY.compareAndSet(this, before, before + slots)) {
				return ChargeDecision.granted(charge, new Slots(this), free - slots, toFull(before + slots), null);
			}
		}
		return null;
	}

	private long capacity(PreparedLimit terms) {
		long capacity = terms.limit().capacity();
		if (capacity != this.capacity) {
			this.capacity = capacity;
		}
		return capacity;
	}

	private static long toFull(long underWay) {
		return (underWay > 0) ? SOME_TIME : 0;
	}

	@Override
	void giveBack(ChargeDecision taken, long permits, PreparedLimit terms, StoreClock clock) {
		if (!(taken.receipt() instanceof Slots slots) || !slots.compareAndSet(false, true)) {
			return;
		}
		long before = this.underWay;
		while (before != RETIRED && !UNDER_WAY.compareAndSet(this, before, before - taken.charge().permits())) {
			before = this.underWay;
		}
	}

	/** The cost of a slot cannot change afterwards. */
	@Override
	long charge(long permits, PreparedLimit terms, StoreClock clock) {
		return 0;
	}

	/** Only the call that holds a slot can release it. */
	@Override
	boolean lower(long[] atMost, PreparedLimit terms, StoreClock clock) {
		return true;
	}

	@Override
	@Nullable Snapshot view(StoreClock clock) {
		long taken = this.underWay;
		long capacity = this.capacity;
		return (taken == RETIRED) ? null
				: Snapshot.of(taken, capacity, capacity - taken, (taken > 0) ? Snapshot.BUSY : 0);
	}

	@Override
	boolean retire(Snapshot seen) {
		return UNDER_WAY.compareAndSet(this, (long) seen.state(), RETIRED);
	}

	@Override
	boolean retire() {
		return UNDER_WAY.getAndSet(this, RETIRED) != RETIRED;
	}

	/** The slots of one call, and whether it has released them. */
	private static final class Slots extends AtomicBoolean implements KeyTable.CellReceipt {

		private final transient SlotCell cell;

		Slots(SlotCell cell) {
			this.cell = cell;
		}

		@Override
		public KeyCell cell() {
			return this.cell;
		}

	}

	/** A limit of concurrent calls. */
	static final class Terms extends PreparedLimit {

		Terms(Limit limit) {
			super(limit);
		}

		@Override
		KeyCell create(Key key, int slot, StoreClock clock, long now) {
			return new SlotCell(key, slot, limit().capacity(), now);
		}

	}

}
