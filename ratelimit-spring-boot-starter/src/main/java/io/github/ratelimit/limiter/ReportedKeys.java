package io.github.ratelimit.limiter;

import io.github.ratelimit.Key;
import io.github.ratelimit.registry.RegisteredLimit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * A table of a fixed number of keys. A key has four places, which it shares with others;
 * it is found without a lock. Where all four are taken by keys whose time is not over,
 * there is no room for another one. Thread-safe.
 *
 * @param <K> what is known of a key
 */
final class ReportedKeys<K extends ReportedKeys.Entry> {

	/** The most keys of a table. */
	static final int SIZE = 4_096;

	private static final int PLACES = 4;

	private static final int LOCKS = 64;

	private static final int NONE = -1;

	private final AtomicReferenceArray<@Nullable K> keys = new AtomicReferenceArray<>(SIZE);

	/** The hashes of the keys at their places: few other keys are looked at. */
	private final AtomicIntegerArray hashes = new AtomicIntegerArray(SIZE);

	/** Until when no key gives up its place to another one, 0 if that is not known. */
	private final AtomicLongArray fullUntilNanos = new AtomicLongArray(SIZE / PLACES);

	private final AtomicInteger size = new AtomicInteger();

	/** Each guards the places of some keys. */
	private final Object[] locks = new Object[LOCKS];

	private final Factory<K> factory;

	ReportedKeys(Factory<K> factory) {
		this.factory = factory;
		for (int i = 0; i < LOCKS; i++) {
			this.locks[i] = new Object();
		}
	}

	boolean isEmpty() {
		return this.size.get() == 0;
	}

	/** Returns the number of keys, for tests. */
	int size() {
		return this.size.get();
	}

	/** Returns what is known of a key, null if nothing. */
	@Nullable K find(RegisteredLimit limit, Key key) {
		return find(limit, key, hash(limit, key));
	}

	private @Nullable K find(RegisteredLimit limit, Key key, int hash) {
		int first = first(hash);
		for (int i = first; i < first + PLACES; i++) {
			K known = (this.hashes.get(i) == hash) ? this.keys.get(i) : null;
			if (known != null && known.is(limit, key)) {
				return known;
			}
		}
		return null;
	}

	/**
	 * Adds a key, unless it is there.
	 * @param untilNanos until when the key keeps its place
	 * @param now the time
	 * @return what is known of the key, null if there is no room for it
	 */
	@Nullable K add(RegisteredLimit limit, Key key, long untilNanos, long now) {
		int hash = hash(limit, key);
		int first = first(hash);
		long fullUntil = this.fullUntilNanos.get(first / PLACES);
		if (fullUntil != 0 && now - fullUntil < 0) {
			return null;
		}
		synchronized (lock(first)) {
			K known = find(limit, key, hash);
			int place = (known == null) ? freePlace(first, now) : NONE;
			return (place != NONE) ? put(place, hash, this.factory.create(limit, key, untilNanos)) : known;
		}
	}

	/** Returns the first free place, or notes until when there is none. */
	private int freePlace(int first, long now) {
		long shortest = Long.MAX_VALUE;
		for (int i = first; i < first + PLACES; i++) {
			K other = this.keys.get(i);
			long left = (other != null) ? other.nanosLeft(now) : 0;
			if (left <= 0) {
				return i;
			}
			shortest = Math.min(shortest, left);
		}
		this.fullUntilNanos.set(first / PLACES, now + shortest);
		return NONE;
	}

	private K put(int place, int hash, K added) {
		if (this.keys.getAndSet(place, added) == null) {
			this.size.incrementAndGet();
		}
		this.hashes.set(place, hash);
		return added;
	}

	/** Removes a key, unless another one has its place by now. */
	void remove(RegisteredLimit limit, Key key, K known) {
		int first = first(hash(limit, key));
		synchronized (lock(first)) {
			this.fullUntilNanos.set(first / PLACES, 0);
			for (int i = first; i < first + PLACES; i++) {
				if (this.keys.compareAndSet(i, known, null)) {
					this.size.decrementAndGet();
				}
			}
		}
	}

	private Object lock(int first) {
		return this.locks[first / PLACES % LOCKS];
	}

	private static int hash(RegisteredLimit limit, Key key) {
		return (31 * System.identityHashCode(limit) + key.hashCode()) * 0x9E3779B9;
	}

	/** Returns the first of a key's places. */
	private static int first(int hash) {
		return (hash >>> 16) & (SIZE - PLACES);
	}

	/**
	 * Makes what is known of a key.
	 *
	 * @param <K> what is known
	 */
	interface Factory<K> {

		K create(RegisteredLimit limit, Key key, long untilNanos);

	}

	/** A key of a limit that something is known of until a time. */
	abstract static class Entry {

		private final RegisteredLimit limit;

		private final Key key;

		/** Each call that is reported may write it. */
		private volatile long untilNanos;

		Entry(RegisteredLimit limit, Key key, long untilNanos) {
			this.limit = limit;
			this.key = key;
			this.untilNanos = untilNanos;
		}

		boolean is(RegisteredLimit limit, Key key) {
			return this.limit == limit && this.key.equals(key);
		}

		long nanosLeft(long now) {
			return this.untilNanos - now;
		}

		void extend(long untilNanos) {
			this.untilNanos = untilNanos;
		}

	}

}
