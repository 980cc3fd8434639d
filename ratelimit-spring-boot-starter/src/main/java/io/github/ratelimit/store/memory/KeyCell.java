package io.github.ratelimit.store.memory;

import io.github.ratelimit.Key;
import io.github.ratelimit.store.Charge;
import io.github.ratelimit.store.ChargeDecision;
import io.github.ratelimit.store.KeyState;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * The count of one key. A cell that leaves its table is retired for ever, atomically with
 * a check of its state: so no thread can take from a cell that is not, or no longer, in
 * the table.
 */
abstract class KeyCell implements KeyTable.CellReceipt {

	/**
	 * Returned instead of forgiven permits if the cell is retired and has charged
	 * nothing.
	 */
	static final long RETIRED = -1;

	private static final AtomicReferenceFieldUpdater<KeyCell, LongAdder> DENIED = AtomicReferenceFieldUpdater
		.newUpdater(KeyCell.class, LongAdder.class, "denied");

	private static final long SEEN_RESOLUTION = Duration.ofMillis(1).toNanos();

	private final Key key;

	private final int slot;

	private final LongAdder allowed = new LongAdder();

	/** Null at first, as most keys are never refused. */
	private volatile @Nullable LongAdder denied;

	/**
	 * Written by all threads without ordering, since it only serves reports and idleness;
	 * and rarely, since a write invalidates the cell in the caches of other cores.
	 */
	private long lastSeen;

	KeyCell(Key key, int slot, long now) {
		this.key = key;
		this.slot = slot;
		this.lastSeen = now;
	}

	/**
	 * Decides about a charge, and takes permits if it is granted.
	 * @param permits how many, 0 to look only
	 * @return null if the cell is retired, or counts by other terms
	 */
	abstract @Nullable ChargeDecision decide(Charge charge, long permits, PreparedLimit terms, StoreClock clock);

	/** Has no effect on a cell that is retired or configured anew. */
	abstract void giveBack(ChargeDecision taken, long permits, PreparedLimit terms, StoreClock clock);

	/**
	 * Charges permits, whether or not they are available; a cell that counts by other
	 * terms charges this number of its own.
	 * @return how many are forgiven, {@link #RETIRED} if the cell is
	 */
	abstract long charge(long permits, PreparedLimit terms, StoreClock clock);

	/**
	 * Lowers each rate to at most this number of permits, which may be negative.
	 * @return false if the cell is retired, or counts in another way than the terms
	 */
	abstract boolean lower(long[] atMost, PreparedLimit terms, StoreClock clock);

	/** Returns null if the cell is retired. */
	abstract @Nullable Snapshot view(StoreClock clock);

	/** Retires the cell if its state has not changed. */
	abstract boolean retire(Snapshot seen);

	/** Returns whether this call retired the cell, whatever its state is. */
	abstract boolean retire();

	@Override
	public final KeyCell cell() {
		return this;
	}

	final Key key() {
		return this.key;
	}

	final int slot() {
		return this.slot;
	}

	final void seen(long now) {
		if (now - this.lastSeen >= SEEN_RESOLUTION) {
			this.lastSeen = now;
		}
	}

	final boolean idleFor(long nanos, long now) {
		return now - this.lastSeen >= nanos;
	}

	final void count(boolean isDenied) {
		LongAdder counter = isDenied ? this.denied : this.allowed;
		if (counter == null) {
			DENIED.compareAndSet(this, null, new LongAdder());
			counter = Objects.requireNonNull(this.denied);
		}
		counter.increment();
	}

	final long denied() {
		LongAdder counter = this.denied;
		return (counter != null) ? counter.sum() : 0;
	}

	final @Nullable KeyState facts(StoreClock clock) {
		Snapshot view = view(clock);
		return (view == null) ? null
				: new KeyState(this.key.label(), view.limit(), Math.max(0, view.remaining()),
						Duration.ofNanos(view.isBusy() ? SlotCell.SOME_TIME : view.nanosToFull()), this.allowed.sum(),
						denied(), clock.wallTimeAt(this.lastSeen), this.key);
	}

	/**
	 * The state of a cell at a moment.
	 *
	 * @param state the state that the cell must still have in order to be retired
	 * @param limit how many permits can be there, of the rate that has fewest now
	 * @param remaining how many permits are available of that rate
	 * @param nanosToFull how long it takes to be full, {@link #BUSY} if that is unknown
	 * @param spent how many permits would be lost with the cell
	 * @param used which part of the limit is used, above 1 if the debt exceeds the limit
	 */
	record Snapshot(Object state, long limit, long remaining, long nanosToFull, long spent, double used) {

		static final long BUSY = Long.MAX_VALUE;

		/** Returns the snapshot of a cell with one rate. */
		static Snapshot of(Object state, long limit, long remaining, long nanosToFull) {
			long spent = limit - remaining;
			return new Snapshot(state, limit, remaining, nanosToFull, spent, (double) spent / limit);
		}

		/** Returns the snapshot of a cell with a further rate. */
		Snapshot and(Snapshot other) {
			Snapshot nearest = (other.remaining < this.remaining) ? other : this;
			return new Snapshot(this.state, nearest.limit, nearest.remaining,
					Math.max(this.nanosToFull, other.nanosToFull), Math.max(this.spent, other.spent),
					Math.max(this.used, other.used));
		}

		boolean isFull() {
			return this.nanosToFull == 0;
		}

		boolean isBusy() {
			return this.nanosToFull == BUSY;
		}

	}

}
