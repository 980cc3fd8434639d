package io.github.ratelimit.registry;

import io.github.ratelimit.Key;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.datasketches.frequencies.ErrorType;
import org.apache.datasketches.frequencies.ItemsSketch;
import org.jspecify.annotations.Nullable;

/**
 * The keys that came up most often in the last ten to twenty minutes, in two bounded
 * sketches of at most 192 keys. The more keys come the fewer are looked at: about a
 * thousand a second, each then counts for those that were left out. A thread never waits
 * for another one here; what it cannot count at once is left out. Thread-safe.
 */
public final class BusyKeys {

	/** Keys that make up more than 1.4% of all are found. A power of two. */
	private static final int SKETCH_SIZE = 256;

	/** How many keys go into the sketch in five seconds before every other is skipped. */
	private static final int MANY = 4096;

	private static final int MAX_STRIDE = 1 << 20;

	/** How often five seconds pass until a sketch gives way to the next. */
	private static final int TURN = 120;

	private final ReentrantLock lock = new ReentrantLock();

	/** Null until a key comes. */
	private @Nullable ItemsSketch<Key> current;

	private @Nullable ItemsSketch<Key> previous;

	private int added;

	private int passed;

	/** For how many keys one stands that is looked at; a power of two. */
	private volatile int stride = 1;

	BusyKeys() {
	}

	void add(Key key) {
		int stride = this.stride;
		if (stride > 1 && (ThreadLocalRandom.current().nextInt() & (stride - 1)) != 0) {
			return;
		}
		if (this.lock.tryLock()) {
			try {
				add(key, stride);
			}
			finally {
				this.lock.unlock();
			}
		}
	}

	private void add(Key key, int times) {
		ItemsSketch<Key> sketch = (this.current != null) ? this.current : new ItemsSketch<>(SKETCH_SIZE);
		this.current = sketch;
		sketch.update(key, times);
		if (++this.added >= MANY) {
			this.added = 0;
			this.stride = Math.min(MAX_STRIDE, 2 * this.stride);
		}
	}

	void fiveSecondsPassed() {
		this.lock.lock();
		try {
			if (this.added < MANY / 4) {
				this.stride = Math.max(1, this.stride / 2);
			}
			this.added = 0;
			if (++this.passed >= TURN) {
				this.passed = 0;
				this.previous = this.current;
				this.current = null;
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	List<KeyCount> top(int size) {
		ItemsSketch<Key> all = new ItemsSketch<>(SKETCH_SIZE);
		this.lock.lock();
		try {
			all.merge(this.current);
			all.merge(this.previous);
		}
		finally {
			this.lock.unlock();
		}
		return Arrays.stream(all.getFrequentItems(ErrorType.NO_FALSE_POSITIVES))
			.map((row) -> new KeyCount(row.getItem(), row.getEstimate()))
			.sorted(Comparator.comparingLong(KeyCount::count).reversed())
			.limit(size)
			.toList();
	}

	/**
	 * A key and how often it came up.
	 *
	 * @param key the key, which may be a secret
	 * @param count how often, about: exact while calls are few; calls at the same moment
	 * are left out, so that no call waits
	 */
	public record KeyCount(Key key, long count) {
	}

}
