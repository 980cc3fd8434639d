package io.github.ratelimit.store;

import io.github.ratelimit.Rate;
import io.github.ratelimit.TimeSource;
import io.github.ratelimit.registry.LimitHandle;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The blocked keys of one limit, each until its time. Bounded: a new block is not kept if
 * there is no room, so that a flood of keys cannot end a current block. Times are those
 * of a monotonic clock. Thread-safe.
 *
 * @param <K> what names a key
 */
public final class BlockedKeys<K> {

	/** How often a full table searches for blocks that have ended, at most. */
	private static final long PAUSE_NANOS = Duration.ofMillis(100).toNanos();

	private final ConcurrentMap<K, Block> blocks = new ConcurrentHashMap<>();

	private final int most;

	private final Function<K, String> id;

	private @Nullable Long lastLook;

	/**
	 * Creates an empty table.
	 * @param most how many keys can be blocked at a time
	 * @param id returns the id of a key
	 */
	public BlockedKeys(int most, Function<K, String> id) {
		this.most = most;
		this.id = id;
	}

	/**
	 * Returns the handle for the blocks of a limit.
	 * @param limit a limit
	 * @return the handle of its blocks
	 * @throws IllegalArgumentException if keys of the limit are never blocked
	 */
	public static LimitHandle handleOf(LimitHandle limit) {
		LimitHandle blocks = limit.blocks();
		if (blocks == null) {
			throw new IllegalArgumentException("Keys of limit '" + limit.name()
					+ "' cannot be blocked: its decisions do not look for blocks. Register it with settings that are "
					+ "blockable, or with a penalty.");
		}
		return blocks;
	}

	/**
	 * Returns how long it takes until a time of the wall clock.
	 * @param until the time
	 * @param time the clock
	 * @return nanoseconds, negative for a time that has passed, at most those of
	 * {@link Rate#MAX_TIME_TO_FULL}
	 */
	public static long nanosUntil(Instant until, TimeSource time) {
		Duration left = Duration.between(time.wallTime(), until);
		return left.isNegative() ? -1
				: ((left.compareTo(Rate.MAX_TIME_TO_FULL) < 0) ? left : Rate.MAX_TIME_TO_FULL).toNanos();
	}

	/**
	 * Returns whether no key is blocked, which is the cheapest check.
	 * @return true if no key is
	 */
	public boolean isEmpty() {
		return this.blocks.isEmpty();
	}

	/**
	 * Returns how long a key is still blocked.
	 * @param key the key
	 * @param now the time
	 * @return nanoseconds, 0 if it is not blocked
	 */
	public long nanosLeft(K key, long now) {
		Block block = this.blocks.get(key);
		return (block != null) ? Math.max(0, block.until() - now) : 0;
	}

	/**
	 * Blocks a key. A block that ends later stays as it is.
	 * @param key the key
	 * @param until when the block ends
	 * @param now the time
	 * @return what became of it
	 */
	public synchronized BlockResult block(K key, long until, long now) {
		if (until - now <= 0) {
			return BlockResult.PASSED;
		}
		long left = nanosLeft(key, now);
		if (left == 0 && !hasRoom(key, now)) {
			return BlockResult.NO_ROOM;
		}
		if (until - now > left) {
			put(key, until, now);
		}
		return (left == 0) ? BlockResult.STARTED : BlockResult.ALREADY_BLOCKED;
	}

	/**
	 * Takes over the state of a key in another store, a block or none, unless there is
	 * later information.
	 * @param key the key
	 * @param left for how long it is blocked, 0 if it is not
	 * @param asked when the other store was read
	 * @param answered when it answered
	 */
	public void saw(K key, long left, long asked, long answered) {
		if (left > 0 || this.blocks.containsKey(key)) {
			replace(key, left, asked, answered);
		}
	}

	private synchronized void replace(K key, long left, long asked, long answered) {
		Block known = this.blocks.get(key);
		if (known != null && asked - known.seen() < 0) {
			return;
		}
		if (left == 0) {
			this.blocks.remove(key);
		}
		else if (hasRoom(key, answered)) {
			put(key, answered + left, asked);
		}
	}

	/**
	 * Ends the block of a key.
	 * @param keyId the key's id
	 * @param now the time
	 * @return whether the key was blocked
	 */
	public synchronized boolean remove(String keyId, long now) {
		int idHash = keyId.hashCode();
		for (Map.Entry<K, Block> entry : this.blocks.entrySet()) {
			Block block = entry.getValue();
			if (block.idHash() == idHash && this.id.apply(entry.getKey()).equals(keyId)) {
				this.blocks.remove(entry.getKey());
				return block.until() - now > 0;
			}
		}
		return false;
	}

	/**
	 * Drops the blocks that have ended.
	 * @param now the time
	 */
	public void dropEnded(long now) {
		this.blocks.values().removeIf((block) -> block.until() - now <= 0);
	}

	private boolean hasRoom(K key, long now) {
		if (this.blocks.size() >= this.most && (this.lastLook == null || now - this.lastLook >= PAUSE_NANOS)) {
			this.lastLook = now;
			dropEnded(now);
		}
		return this.blocks.size() < this.most || this.blocks.containsKey(key);
	}

	private void put(K key, long until, long seen) {
		this.blocks.put(key, new Block(until, seen, this.id.apply(key).hashCode()));
	}

	/** With the hash of the key's id, which is too expensive to compute of every key. */
	private record Block(long until, long seen, int idHash) {
	}

}
