package io.github.ratelimit.store.memory;

import io.github.ratelimit.Key;
import io.github.ratelimit.store.Charge;
import io.github.ratelimit.store.ChargeDecision;
import io.github.ratelimit.store.KeyState;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * What is counted for one key. A cell that left its table is retired for ever, in the
 * same step in which its state was seen: so nobody can take from a cell that is not, or
 * no longer, the one that counts.
 */
abstract class KeyCell implements CellReceipt {

	/** Instead of forgiven permits: the cell is retired and has charged nothing. */
	static final long RETIRED = -1;

	private static final VarHandle DENIED;

	static {
		try {
			DENIED = MethodHandles.lookup().findVarHandle(KeyCell.class, "denied", LongAdder.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	private static final long SEEN_RESOLUTION = Duration.ofMillis(1).toNanos();

	private final Key key;

	private final int slot;

	private final LongAdder allowed = new LongAdder();

	/** Most keys are never denied. */
	private volatile @Nullable LongAdder denied;

	/**
	 * Written by everybody without order: it is for people and for idleness only. And
	 * seldom, for a write takes the cell from the caches of the other cores.
	 */
	private long lastSeen;

	KeyCell(Key key, int slot, long now) {
		this.key = key;
		this.slot = slot;
		this.lastSeen = now;
	}

	/** Returns null if the cell is retired, or counts in another way than the terms. */
	abstract @Nullable ChargeDecision take(Charge charge, PreparedLimit terms, StoreClock clock);

	/** Returns what {@link #take} would say. */
	abstract @Nullable ChargeDecision look(Charge charge, PreparedLimit terms, StoreClock clock);

	/** Drops what comes back to a retired cell, or to one that is configured anew. */
	abstract void giveBack(ChargeDecision taken, long permits, PreparedLimit terms, StoreClock clock);

	/**
	 * Charges permits of some terms, there or not; a cell that counts in another way
	 * charges so many of its own.
	 * @return how many are forgiven, {@link #RETIRED} if the cell is
	 */
	abstract long charge(long permits, PreparedLimit terms, StoreClock clock);

	/**
	 * Sees to it that no rate has more than so many permits; they may be negative.
	 * @return false if the cell is retired, or counts in another way than the terms
	 */
	abstract boolean lower(long[] atMost, PreparedLimit terms, StoreClock clock);

	/** Returns null if the cell is retired. */
	abstract @Nullable CellSnapshot view(StoreClock clock);

	/** Retires the cell if it is still as it was seen. */
	abstract boolean retire(CellSnapshot seen);

	/** Returns whether this call retired the cell, whatever its state. */
	abstract boolean retire();

	abstract boolean isRetired();

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

	final void countAllowed() {
		this.allowed.increment();
	}

	final void countDenied() {
		LongAdder counter = this.denied;
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
		CellSnapshot view = view(clock);
		return (view == null) ? null : new KeyState(this.key.label(), view.limit(), Math.max(0, view.remaining()),
				Duration.ofNanos(shown(view)), this.allowed.sum(), denied(), clock.wallTimeAt(this.lastSeen));
	}

	private static long shown(CellSnapshot view) {
		return view.isBusy() ? SlotCell.SOME_TIME : view.nanosToFull();
	}

}
