package io.github.ratelimit.store.memory;

import io.github.ratelimit.registry.LimitHandle;
import java.time.Duration;
import java.util.Comparator;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Makes room in a table that is full. A table that counts permits forgets the key that is
 * nearest to full. What leads to bans must not be undone by a flood of keys: of counted
 * refusals the key goes that has fewest, and a ban that has not ended never goes. Thread-
 * safe.
 */
abstract class Eviction {

	/** No cell can be forgotten. */
	static final int NONE = -1;

	private final TableIndex slots;

	private final StoreClock clock;

	private final Consumer<KeyCell> unlink;

	private Eviction(TableIndex slots, StoreClock clock, Consumer<KeyCell> unlink) {
		this.slots = slots;
		this.clock = clock;
		this.unlink = unlink;
	}

	/**
	 * Returns what makes room among the keys of a limit.
	 * @param purpose what the limit counts
	 * @param slots the places of its cells
	 * @param clock tells how the cells stand
	 * @param unlink takes a retired cell out of its table
	 * @param forgotten counts the permits that are lost with cells
	 */
	static Eviction of(LimitHandle.Purpose purpose, TableIndex slots, StoreClock clock, Consumer<KeyCell> unlink,
			LongAdder forgotten) {
		if (purpose == LimitHandle.Purpose.BANS) {
			return new ForEndedBans(slots, clock, unlink);
		}
		Comparator<CellSnapshot> order = (purpose == LimitHandle.Purpose.REFUSALS)
				? Comparator.comparingLong(CellSnapshot::spent).thenComparingLong(CellSnapshot::nanosToFull)
				: (one, other) -> one.isNearerToFullThan(other) ? -1 : other.isNearerToFullThan(one) ? 1 : 0;
		return new ByForgetting(slots, clock, unlink, order, forgotten);
	}

	/** Returns the slot of a cell that was forgotten, {@link #NONE} if there is none. */
	abstract int make();

	final TableIndex slots() {
		return this.slots;
	}

	final StoreClock clock() {
		return this.clock;
	}

	/** Returns whether the cell was still as it was seen, and is gone now. */
	final boolean forget(KeyCell cell, CellSnapshot seen) {
		if (!cell.retire(seen)) {
			return false;
		}
		this.unlink.accept(cell);
		return true;
	}

	/** Forgets the first in an order among a few sampled cells. */
	private static final class ByForgetting extends Eviction {

		/** How many cells are compared to find one that can be forgotten. */
		private static final int DRAWS = 8;

		private static final int BUSY_DRAWS = 8 * DRAWS;

		private final Comparator<CellSnapshot> order;

		private final LongAdder forgotten;

		ByForgetting(TableIndex slots, StoreClock clock, Consumer<KeyCell> unlink, Comparator<CellSnapshot> order,
				LongAdder forgotten) {
			super(slots, clock, unlink);
			this.order = order;
			this.forgotten = forgotten;
		}

		@Override
		int make() {
			while (true) {
				KeyCell first = null;
				CellSnapshot firstView = null;
				for (int i = 0; i < draws(firstView); i++) {
					KeyCell cell = slots().draw(i, DRAWS);
					CellSnapshot view = (cell != null) ? cell.view(clock()) : null;
					if (view != null && (firstView == null || this.order.compare(view, firstView) < 0)) {
						first = cell;
						firstView = view;
					}
				}
				if (first != null && firstView != null && forget(first, firstView)) {
					this.forgotten.add(firstView.spent());
					return first.slot();
				}
				int free = slots().claim();
				if (free >= 0) {
					return free;
				}
			}
		}

		/**
		 * One that is full is good enough. As long as all have calls under way, which
		 * would not be counted any more, more are looked at; if none of those is idle
		 * either, the one goes that has fewest.
		 */
		private static int draws(@Nullable CellSnapshot nearest) {
			if (nearest == null) {
				return DRAWS;
			}
			return nearest.isFull() ? 0 : nearest.isBusy() ? BUSY_DRAWS : DRAWS;
		}

	}

	/** Looks for bans that have ended, now and then: each time it looks at all. */
	private static final class ForEndedBans extends Eviction {

		private static final long PAUSE_NANOS = Duration.ofMillis(100).toNanos();

		/** When it is worth looking again. */
		private final AtomicLong next;

		ForEndedBans(TableIndex slots, StoreClock clock, Consumer<KeyCell> unlink) {
			super(slots, clock, unlink);
			this.next = new AtomicLong(clock.nanos());
		}

		@Override
		int make() {
			long now = clock().nanos();
			long next = this.next.get();
			if (now - next >= 0 && this.next.compareAndSet(next, now + PAUSE_NANOS)) {
				long firstEnd = release();
				if (firstEnd > PAUSE_NANOS) {
					this.next.compareAndSet(now + PAUSE_NANOS, now + firstEnd);
				}
			}
			int free = slots().claim();
			return (free >= 0) ? free : NONE;
		}

		/** Returns in how many nanoseconds the first of the other bans ends. */
		private long release() {
			long firstEnd = Duration.ofDays(1).toNanos();
			for (KeyCell cell : slots()) {
				CellSnapshot view = cell.view(clock());
				if (view != null && view.isFull() && forget(cell, view)) {
					slots().release(cell);
				}
				else if (view != null) {
					firstEnd = Math.min(firstEnd, view.nanosToFull());
				}
			}
			return firstEnd;
		}

	}

}
