package io.github.ratelimit.queue;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

/**
 * Bounds the request threads that waiting calls hold, so that other requests are served
 * meanwhile, and one key does not hold the threads of all keys. Threads that serve no
 * request are not counted. Calls that wait for limits share one bound with those that
 * wait for a provider. Thread-safe.
 */
public final class WaitingThreadLimit {

	/** No bound, where waiting takes no thread from requests. */
	public static final WaitingThreadLimit NONE = new WaitingThreadLimit(Integer.MAX_VALUE, () -> false);

	private final int max;

	private final int maxPerKey;

	private final BooleanSupplier servesRequest;

	private final AtomicInteger held = new AtomicInteger();

	/**
	 * Creates a limit.
	 * @param most the most request threads for all calls of this process, 0 or more;
	 * {@link Integer#MAX_VALUE} for no bound
	 * @param servesRequest whether the current thread serves a request; called by any
	 * thread
	 * @throws IllegalArgumentException if the number is negative
	 */
	public WaitingThreadLimit(int most, BooleanSupplier servesRequest) {
		if (most < 0) {
			throw new IllegalArgumentException(
					"Calls cannot hold " + most + " threads while they wait. Let them hold 0 or more.");
		}
		this.max = most;
		this.maxPerKey = perKey(most);
		this.servesRequest = servesRequest;
	}

	/**
	 * Returns whether there is a bound.
	 * @return false if calls may hold any number of request threads
	 */
	public boolean isBounded() {
		return this.max != Integer.MAX_VALUE;
	}

	/**
	 * Returns whether a call that waits in the current thread counts.
	 * @return whether there is a bound, and the thread serves a request
	 */
	boolean countsThisThread() {
		return isBounded() && this.servesRequest.getAsBoolean();
	}

	/**
	 * Returns how many request threads the calls of one key may hold.
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
	 * Takes one thread, which serves a request.
	 * @param heldByKey the number of threads that the key's calls hold already
	 * @return whether a thread was left
	 */
	boolean take(int heldByKey) {
		return heldByKey < this.maxPerKey && takeOne(this.held, this.max);
	}

	/**
	 * Takes one thread, which serves a request, and counts it for its key.
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
