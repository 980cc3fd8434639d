package io.github.ratelimit.limiter;

import io.github.ratelimit.Key;
import io.github.ratelimit.registry.RegisteredLimit;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * What is known of keys, each until a time. If there are too many keys whose time is not
 * over, there is no room for another one. Thread-safe.
 *
 * @param <K> what is known of a key
 */
final class ReportedKeys<K extends ReportedKeys.Entry> {

	/** The most keys, but for those that several threads add at once. */
	static final int SIZE = 4_096;

	/** After it, keys whose time is over are looked for again. */
	private static final long PAUSE_NANOS = Duration.ofMillis(10).toNanos();

	private final ConcurrentMap<RegisteredLimit, ConcurrentMap<Key, K>> keys = new ConcurrentHashMap<>();

	private final AtomicInteger size = new AtomicInteger();

	private final LongFunction<K> factory;

	private final AtomicLong nextSweepNanos;

	/**
	 * Creates an empty collection.
	 * @param factory makes what is known of a key from the time until which it is
	 * @param now the time
	 */
	ReportedKeys(LongFunction<K> factory, long now) {
		this.factory = factory;
		this.nextSweepNanos = new AtomicLong(now);
	}

	boolean isEmpty() {
		return this.size.get() == 0;
	}

	/** Returns what is known of a key, null if nothing. */
	@Nullable K find(RegisteredLimit limit, Key key) {
		ConcurrentMap<Key, K> ofLimit = this.keys.get(limit);
		return (ofLimit != null) ? ofLimit.get(key) : null;
	}

	/**
	 * Adds a key, unless it is there.
	 * @param untilNanos until when the key keeps its place
	 * @param now the time
	 * @return what is known of the key, null if there is no room for it
	 */
	@Nullable K add(RegisteredLimit limit, Key key, long untilNanos, long now) {
		if (this.size.get() >= SIZE) {
			removeOver(now);
			if (this.size.get() >= SIZE) {
				return null;
			}
		}
		K added = this.factory.apply(untilNanos);
		K known = this.keys.computeIfAbsent(limit, (missing) -> new ConcurrentHashMap<>()).putIfAbsent(key, added);
		if (known != null) {
			return known;
		}
		this.size.incrementAndGet();
		return added;
	}

	/** In a flood of keys, not each of them can look at all the others. */
	private void removeOver(long now) {
		long next = this.nextSweepNanos.get();
		if (now - next >= 0 && this.nextSweepNanos.compareAndSet(next, now + PAUSE_NANOS)) {
			this.keys.forEach((limit, ofLimit) -> ofLimit.forEach((key, known) -> {
				if (known.nanosLeft(now) <= 0) {
					remove(limit, key, known);
				}
			}));
		}
	}

	/** Removes a key, unless something else is known of it by now. */
	void remove(RegisteredLimit limit, Key key, K known) {
		ConcurrentMap<Key, K> ofLimit = this.keys.get(limit);
		if (ofLimit != null && ofLimit.remove(key, known)) {
			this.size.decrementAndGet();
		}
	}

	/** Something that is known until a time. */
	abstract static class Entry {

		/** Each call that is reported may write it. */
		private volatile long untilNanos;

		Entry(long untilNanos) {
			this.untilNanos = untilNanos;
		}

		long nanosLeft(long now) {
			return this.untilNanos - now;
		}

		void extend(long untilNanos) {
			this.untilNanos = untilNanos;
		}

	}

}
