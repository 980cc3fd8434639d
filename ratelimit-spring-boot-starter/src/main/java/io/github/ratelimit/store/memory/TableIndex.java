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
 * position, which bounds the table strictly. Draws cells at random, and finds those whose
 * keys may have an id. Positions are created when they are needed.
 */
final class TableIndex {

	/** The position of a cell that has none. */
	static final int NO_SLOT = -1;

	private static final int CHUNK = 1024;

	private static final int UNKNOWN = 0;

	private final int size;

	private final AtomicReferenceArray<@Nullable Chunk> chunks;

	private final AtomicInteger opened = new AtomicInteger();

	private final Queue<Integer> released = new ConcurrentLinkedQueue<>();

	TableIndex(int size) {
		this.size = size;
		this.chunks = new AtomicReferenceArray<>((size - 1) / CHUNK + 1);
	}

	/** Claims a free position; returns {@link #NO_SLOT} if there is none. */
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
		return NO_SLOT;
	}

	/**
	 * Puts the first cell of a key into the position that its creator has claimed.
	 * @param cell the cell
	 * @param findable whether the key is likely to be looked for by its id
	 */
	void put(KeyCell cell, boolean findable) {
		if (cell.slot() >= 0) {
			chunk(cell.slot()).idHashes[cell.slot() % CHUNK] = findable ? cell.key().id().hashCode() : UNKNOWN;
			replace(cell);
		}
	}

	/** Puts a cell into the position that another cell of its key has had. */
	void replace(KeyCell cell) {
		if (cell.slot() >= 0) {
			chunk(cell.slot()).cells.set(cell.slot() % CHUNK, cell);
		}
	}

	/**
	 * Frees the position of a cell; only the thread that retired the cell may do this.
	 */
	void release(KeyCell cell) {
		if (cell.slot() >= 0) {
			chunk(cell.slot()).cells.compareAndSet(cell.slot() % CHUNK, cell, null);
			this.released.add(cell.slot());
		}
	}

	/** Returns how many positions have ever been used: all that are in use are below. */
	int opened() {
		return this.opened.get();
	}

	/** Returns the cell at a position that has been used, null if it is free. */
	@Nullable KeyCell at(int slot) {
		Chunk chunk = this.chunks.get(slot / CHUNK);
		return (chunk != null) ? chunk.cells.get(slot % CHUNK) : null;
	}

	/**
	 * Returns a position whose key may have an id: the hash of its id is the same, or
	 * unknown.
	 * @param id the id of a key
	 * @param from the first position to look at
	 * @return the position, which may be free meanwhile; -1 if there is none
	 */
	int find(String id, int from) {
		int idHash = id.hashCode();
		int used = this.opened.get();
		for (int start = from; start < used; start = (start / CHUNK + 1) * CHUNK) {
			int first = start / CHUNK * CHUNK;
			Chunk chunk = this.chunks.get(start / CHUNK);
			int found = (chunk != null) ? chunk.find(idHash, start - first, Math.min(used - first, CHUNK)) : -1;
			if (found >= 0) {
				return first + found;
			}
		}
		return -1;
	}

	/** Returns cells in order if there are few positions, otherwise one at random. */
	@Nullable KeyCell draw(int attempt, int attempts) {
		int used = this.opened.get();
		if (used == 0) {
			return null;
		}
		int slot = (used <= attempts) ? attempt % used : ThreadLocalRandom.current().nextInt(used);
		return chunk(slot).cells.get(slot % CHUNK);
	}

	private Chunk chunk(int slot) {
		int index = slot / CHUNK;
		Chunk chunk = this.chunks.get(index);
		if (chunk == null) {
			this.chunks.compareAndSet(index, null, new Chunk(Math.min(CHUNK, this.size - index * CHUNK)));
			chunk = this.chunks.get(index);
		}
		return Objects.requireNonNull(chunk);
	}

	/** Some positions that are next to each other. */
	private static final class Chunk {

		final AtomicReferenceArray<@Nullable KeyCell> cells;

		/**
		 * Hashes of the ids of the keys: an id is a SHA-256, too expensive to compute of
		 * every key whenever one is looked for. A key that is being put may be missed.
		 */
		final int[] idHashes;

		Chunk(int size) {
			this.cells = new AtomicReferenceArray<>(size);
			this.idHashes = new int[size];
		}

		int find(int idHash, int from, int end) {
			for (int i = from; i < end; i++) {
				if (this.idHashes[i] == idHash || this.idHashes[i] == UNKNOWN) {
					return i;
				}
			}
			return -1;
		}

	}

}
