package io.github.ratelimit.queue;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Bounds the threads that waiting calls hold, so that calls that wait do not use up the
 * threads that serve requests, and one key does not use up the threads of all keys. Calls
 * that wait for limits share one with those that wait for a provider. Thread-safe.
 */
public final class WaitingThreadLimit {

	private final int max;

	private final int maxPerKey;

	private final AtomicInteger held = new AtomicInteger();

	/**
	 * Creates a limit.
	 * @param most the most threads for all calls of this process, 0 or more;
	 * {@link Integer#MAX_VALUE} for no bound
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
	 * Returns whether there is a bound.
	 * @return false if calls may hold any number of threads
	 */
	public boolean isBounded() {
		return this.max != Integer.MAX_VALUE;
	}

	/**
	 * Returns how many threads the calls of one key may hold.
	 * @return the most threads
	 */
	public int maxPerKey() {
		return this.maxPerKey;
	}

	/**
	 * Returns how many of all threads the calls of one key may hold: half of them,
	 * rounded up.
	 * @param most the most threads for all calls
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
		return heldByKey < this.maxPerKey && takeOne(this.held, this.max);
	}

	/**
	 * Takes one thread, and counts it for its key.
	 * @param heldByKey the number of threads that the key's calls hold
	 * @return whether a thread was left
	 */
	boolean take(AtomicInteger heldByKey) {
		if (!takeOne(heldByKey, this.maxPerKey)) {
			return false;
		}
		if (takeOne(this.held, this.max)) {
			return true;
		}
		heldByKey.decrementAndGet();
		return false;
	}

	private static boolean takeOne(AtomicInteger held, int most) {
		int current = held.get();
		while (current < most) {
			if (held.compareAndSet(current, current + 1)) {
				return true;
			}
			current = held.get();
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
