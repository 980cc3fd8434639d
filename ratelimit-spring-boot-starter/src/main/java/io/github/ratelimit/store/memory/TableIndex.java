package io.github.ratelimit.store.memory;

import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * A fixed number of positions, one for each cell of a table: no cell is created without a
 * position, which bounds the table strictly. Draws cells at random. Positions are created
 * when they are needed.
 */
final class TableIndex {

	private static final int CHUNK = 1024;

	private final int size;

	private final AtomicReferenceArray<@Nullable AtomicReferenceArray<@Nullable KeyCell>> chunks;

	private final AtomicInteger opened = new AtomicInteger();

	private final Queue<Integer> released = new ConcurrentLinkedQueue<>();

	TableIndex(int size) {
		this.size = size;
		this.chunks = new AtomicReferenceArray<>((size - 1) / CHUNK + 1);
	}

	/** Claims a free position; returns -1 if there is none. */
	int claim() {
		Integer free = this.released.poll();
		if (free != null) {
			return free;
		}
		int next = this.opened.get();
		while (next < this.size) {
			if (this.opened.compareAndSet(next, next + 1)) {
				return next;
			}
			next = this.opened.get();
		}
		return -1;
	}

	/** Puts a cell into the position that its creator has claimed. */
	void put(KeyCell cell) {
		chunk(cell.slot()).set(cell.slot() % CHUNK, cell);
	}

	/**
	 * Frees the position of a cell; only the thread that retired the cell may do this.
	 */
	void release(KeyCell cell) {
		chunk(cell.slot()).compareAndSet(cell.slot() % CHUNK, cell, null);
		this.released.add(cell.slot());
	}

	/** Returns how many positions have ever been used: all that are in use are below. */
	int opened() {
		return this.opened.get();
	}

	/** Returns the cell at a position that has been used, null if it is free. */
	@Nullable KeyCell at(int slot) {
		AtomicReferenceArray<@Nullable KeyCell> chunk = this.chunks.get(slot / CHUNK);
		return (chunk != null) ? chunk.get(slot % CHUNK) : null;
	}

	/** Returns cells in order if there are few positions, otherwise one at random. */
	@Nullable KeyCell draw(int attempt, int attempts) {
		int used = this.opened.get();
		if (used == 0) {
			return null;
		}
		int slot = (used <= attempts) ? attempt % used : ThreadLocalRandom.current().nextInt(used);
		return chunk(slot).get(slot % CHUNK);
	}

	private AtomicReferenceArray<@Nullable KeyCell> chunk(int slot) {
		int index = slot / CHUNK;
		AtomicReferenceArray<@Nullable KeyCell> chunk = this.chunks.get(index);
		if (chunk == null) {
			this.chunks.compareAndSet(index, null,
					new AtomicReferenceArray<>(Math.min(CHUNK, this.size - index * CHUNK)));
			chunk = this.chunks.get(index);
		}
		return Objects.requireNonNull(chunk);
	}

}
