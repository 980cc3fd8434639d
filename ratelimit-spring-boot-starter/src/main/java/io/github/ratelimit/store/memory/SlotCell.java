package io.github.ratelimit.store.memory;

import io.github.ratelimit.Key;
import io.github.ratelimit.store.Charge;
import io.github.ratelimit.store.ChargeDecision;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The concurrent calls of one key. No time frees their slots, only they themselves, each
 * once.
 */
final class SlotCell extends KeyCell {

	/** When a place is free nobody can tell: the time after which it is worth asking. */
	static final long SOME_TIME = TimeUnit.SECONDS.toNanos(1);

	private static final VarHandle UNDER_WAY;

	static {
		try {
			UNDER_WAY = MethodHandles.lookup().findVarHandle(SlotCell.class, "underWay", long.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	/** {@link #RETIRED} if the cell is not counted any more. */
	private volatile long underWay;

	/** For people: the places of the plan by which the key was asked for last. */
	private volatile long capacity;

	SlotCell(Key key, int slot, long capacity, long now) {
		super(key, slot, now);
		this.capacity = capacity;
	}

	@Override
	@Nullable ChargeDecision take(Charge charge, PreparedLimit terms, StoreClock clock) {
		return decide(charge, charge.permits(), terms, clock);
	}

	@Override
	@Nullable ChargeDecision look(Charge charge, PreparedLimit terms, StoreClock clock) {
		return decide(charge, 0, terms, clock);
	}

	private @Nullable ChargeDecision decide(Charge charge, long places, PreparedLimit terms, StoreClock clock) {
		while (terms instanceof SlotLimit) {
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
			if (places == 0) {
				return ChargeDecision.granted(charge, null, free, toFull(before), null);
			}
			if (UNDER_WAY.compareAndSet(this, before, before + places)) {
				return ChargeDecision.granted(charge, new Places(this), free - places, toFull(before + places), null);
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
		if (!(taken.receipt() instanceof Places places) || !places.free()) {
			return;
		}
		long before = this.underWay;
		while (before != RETIRED && !UNDER_WAY.compareAndSet(this, before, before - taken.charge().permits())) {
			before = this.underWay;
		}
	}

	/** A place costs what it costs. */
	@Override
	long charge(long permits, PreparedLimit terms, StoreClock clock) {
		return 0;
	}

	/** Only who has a place knows of it. */
	@Override
	boolean lower(long[] atMost, PreparedLimit terms, StoreClock clock) {
		return true;
	}

	@Override
	@Nullable CellSnapshot view(StoreClock clock) {
		long taken = this.underWay;
		return (taken == RETIRED) ? null : new CellSnapshot(taken, this.capacity, this.capacity - taken,
				(taken > 0) ? CellSnapshot.BUSY : 0, taken, (double) taken / this.capacity);
	}

	@Override
	boolean retire(CellSnapshot seen) {
		return UNDER_WAY.compareAndSet(this, (long) seen.state(), RETIRED);
	}

	@Override
	boolean retire() {
		return (long) UNDER_WAY.getAndSet(this, RETIRED) != RETIRED;
	}

	@Override
	boolean isRetired() {
		return this.underWay == RETIRED;
	}

	/** The places of one call. */
	private static final class Places implements CellReceipt {

		private static final VarHandle FREED;

		static {
			try {
				FREED = MethodHandles.lookup().findVarHandle(Places.class, "freed", boolean.class);
			}
			catch (ReflectiveOperationException ex) {
				throw new ExceptionInInitializerError(ex);
			}
		}

		private final SlotCell cell;

		@SuppressWarnings("unused") // through FREED
		private volatile boolean freed;

		Places(SlotCell cell) {
			this.cell = cell;
		}

		/** Returns whether this call freed them. */
		boolean free() {
			return FREED.compareAndSet(this, false, true);
		}

		@Override
		public KeyCell cell() {
			return this.cell;
		}

	}

}
