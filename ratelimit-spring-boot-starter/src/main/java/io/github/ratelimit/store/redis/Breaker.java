package io.github.ratelimit.store.redis;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Whether a node is worth asking: not after five failures in a row, nor when half of the
 * last twenty questions failed, until a probe has succeeded. While all is well, a success
 * costs one read. Thread-safe.
 */
final class Breaker {

	private static final int LAST = 20;

	private static final int MASK = (1 << LAST) - 1;

	private static final int IN_A_ROW = 0b11111;

	private final AtomicBoolean open = new AtomicBoolean();

	/** A bit for each of the last questions, 1 where it failed, the latest lowest. */
	private final AtomicInteger history = new AtomicInteger();

	boolean isOpen() {
		return this.open.get();
	}

	void succeeded() {
		int history = this.history.get();
		while (history != 0 && !this.history.compareAndSet(history, (history << 1) & MASK)) {
			history = this.history.get();
		}
	}

	/** Returns whether this failure opened the breaker. */
	boolean failed() {
		int history = this.history.updateAndGet((earlier) -> ((earlier << 1) | 1) & MASK);
		boolean enough = (history & IN_A_ROW) == IN_A_ROW || Integer.bitCount(history) >= LAST / 2;
		return enough && this.open.compareAndSet(false, true);
	}

	/** Returns whether this call closed the breaker. */
	boolean close() {
		this.history.set(0);
		return this.open.compareAndSet(true, false);
	}

}
