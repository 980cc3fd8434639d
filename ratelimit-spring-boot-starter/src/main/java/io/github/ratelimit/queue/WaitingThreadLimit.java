package io.github.ratelimit.queue;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Bounds the threads that waiting calls hold, so that calls that wait do not use up the
 * threads that serve requests, and one key does not use up the threads of all keys.
 * Thread-safe.
 */
public final class WaitingThreadLimit {

	private final int max;

	private final int maxPerKey;

	private final AtomicInteger held = new AtomicInteger();

	/**
	 * Creates a limit.
	 * @param max the most threads for all calls of this process, 0 or more
	 * @throws IllegalArgumentException if the number is negative
	 */
	public WaitingThreadLimit(int most) {
		if (most < 0) {
			throw new IllegalArgumentException(
					"Calls cannot hold " + most + " threads while they wait. Let them hold 0 or more.");
		}
		this.max = most;
		this.maxPerKey = perKey(most);
	}

	/**
	 * Returns how many of all threads the calls of one key may hold: half of them,
	 * rounded up.
	 * @param max the most threads for all calls
	 * @return the most threads for one key
	 */
	public static int perKey(int most) {
		return most - most / 2;
	}

	/**
	 * Takes one thread.
	 * @param heldByKey the number of threads that the key's calls hold already
	 * @return whether a thread was left
	 */
	boolean take(int heldByKey) {
		if (heldByKey >= this.maxPerKey) {
			return false;
		}
		int current = this.held.get();
		while (current < this.max) {
			if (this.held.compareAndSet(current, current + 1)) {
				return true;
			}
			current = this.held.get();
		}
		return false;
	}

	/** Gives back a thread that was taken. */
	void giveBack() {
		this.held.decrementAndGet();
	}

	/** Returns the number of held threads, for tests. */
	int held() {
		return this.held.get();
	}

}
