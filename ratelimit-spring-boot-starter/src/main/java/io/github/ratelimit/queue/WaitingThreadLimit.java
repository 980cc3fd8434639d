package io.github.ratelimit.queue;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * How many threads calls may hold while they wait for their turn: what serves requests is
 * not to be used up by waiting, and one key is not to use up what there is for all.
 * Thread-safe.
 */
public final class WaitingThreadLimit {

	private final int max;

	private final int maxPerKey;

	private final AtomicInteger held = new AtomicInteger();

	/**
	 * Creates it.
	 * @param most how many for all calls of this process, 0 or more
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
	 * Returns how many of all threads the calls of one key may hold: half, rounded up.
	 */
	public static int perKey(int most) {
		return most - most / 2;
	}

	/**
	 * Takes one thread.
	 * @param heldByKey how many the key's calls hold already
	 * @return whether there was one left
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

	/** Returns how many threads are held: for tests. */
	int held() {
		return this.held.get();
	}

}
