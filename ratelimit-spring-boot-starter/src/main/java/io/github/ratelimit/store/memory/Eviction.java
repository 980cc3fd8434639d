package io.github.ratelimit.store.memory;

import io.github.ratelimit.registry.LimitHandle;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Drops keys of a limit: those that are full and idle from time to time, and one from a
 * full table for each new key. This is, of a few sampled keys, the one that is nearest to
 * full. A flood of keys must not undo the refusals that lead to a ban: of counted
 * refusals, the key with fewest is evicted. Thread-safe.
 */
final class Eviction {

	/** How often idle keys are looked for. */
	static final Duration PERIOD = Duration.ofSeconds(10);

	/** How many cells are compared to find one that can be evicted. */
	private static final int DRAWS = 8;

	private static final int BUSY_DRAWS = 8 * DRAWS;

	/** How long a full key is kept after its last call. */
	private static final long IDLE_NANOS = Duration.ofMinutes(1).toNanos();

	private final TableIndex slots;

	private final StoreClock clock;

	private final Consumer<KeyCell> unlink;

	private final Comparator<KeyCell.Snapshot> order;

	private final LongAdder forgotten;

	/**
	 * Creates the eviction of a limit's keys.
	 * @param purpose what the limit counts
	 * @param slots the positions of its cells
	 * @param clock the clock for the states of the cells
	 * @param unlink takes a retired cell out of its table
	 * @param forgotten counts the permits that are lost with cells
	 */
	Eviction(LimitHandle.Purpose purpose, TableIndex slots, StoreClock clock, Consumer<KeyCell> unlink,
			LongAdder forgotten) {
		this.slots = slots;
		this.clock = clock;
		this.unlink = unlink;
		this.order = (purpose == LimitHandle.Purpose.REFUSALS)
				? Comparator.comparingLong(KeyCell.Snapshot::spent).thenComparingLong(KeyCell.Snapshot::nanosToFull)
				: Comparator.comparingLong(KeyCell.Snapshot::nanosToFull)
					.thenComparingLong((view) -> view.isBusy() ? view.spent() : 0);
		this.forgotten = forgotten;
	}

	/**
	 * Evicts a cell.
	 * @return its slot, or one that has become free meanwhile
	 */
	int evict() {
		while (true) {
			KeyCell first = null;
			KeyCell.Snapshot firstView = null;
			for (int i = 0; i < draws(firstView); i++) {
				KeyCell cell = this.slots.draw(i, DRAWS);
				KeyCell.Snapshot view = (cell != null) ? cell.view(this.clock) : null;
				if (view != null && (firstView == null || this.order.compare(view, firstView) < 0)) {
					first = cell;
					firstView = view;
				}
			}
			if (first != null && firstView != null && first.retire(firstView)) {
				this.unlink.accept(first);
				this.forgotten.add(firstView.spent());
				return first.slot();
			}
			int free = this.slots.claim();
			if (free >= 0) {
				return free;
			}
		}
	}

	/**
	 * A full cell is evicted at once. While all sampled cells have calls in flight, which
	 * would no longer be counted, more are sampled; if none of those is idle either, the
	 * one with fewest calls is evicted.
	 */
	private static int draws(KeyCell.@Nullable Snapshot nearest) {
		if (nearest == null) {
			return DRAWS;
		}
		return nearest.isFull() ? 0 : nearest.isBusy() ? BUSY_DRAWS : DRAWS;
	}

	/** Drops the cells that are full and idle, but for that of the global key. */
	void sweep(Collection<KeyCell> cells) {
		long now = this.clock.nanos();
		for (KeyCell cell : cells) {
			KeyCell.Snapshot view = (cell.slot() >= 0 && cell.idleFor(IDLE_NANOS, now)) ? cell.view(this.clock) : null;
			if (view != null && view.isFull() && cell.retire(view)) {
				this.unlink.accept(cell);
				this.slots.release(cell);
			}
		}
	}

}
