package io.github.ratelimit.queue;

import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Bounds the request threads that waiting calls hold, so that other requests are served
 * meanwhile. The calls of one key hold at most as many threads as are still free for all:
 * a single key half of them, two busy keys a third each. So no few keys hold the threads
 * of all keys (the dynamic thresholds of Choudhury and Hahne, 1998). Threads that serve
 * no request are not counted. Calls that wait for limits share one bound with those that
 * wait for a provider. Thread-safe.
 */
public final class WaitingThreadLimit {

	/** No bound, where waiting takes no thread from requests. */
	public static final WaitingThreadLimit NONE = new WaitingThreadLimit(Integer.MAX_VALUE, () -> false);

	private static final Runnable NOTHING = () -> {
	};

	private final int max;

	private final BooleanSupplier servesRequest;

	private int held;

	/**
	 * Creates a limit.
	 * @param most the most request threads for all calls of this process, 0 or more;
	 * {@link Integer#MAX_VALUE} for no bound
	 * @param servesRequest whether the current thread serves a request; called by any
	 * thread
	 */
	public WaitingThreadLimit(int most, BooleanSupplier servesRequest) {
		this.max = most;
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
	 * Returns how many request threads the calls of one key may hold if no others wait.
	 * @return the most threads
	 */
	public int maxPerKey() {
		return perKey(this.max);
	}

	/**
	 * Returns how many of all threads the calls of one key may hold if no others wait:
	 * half of them, rounded up.
	 * @param most the most threads for all calls
	 * @return the most threads for one key
	 */
	public static int perKey(int most) {
		return most - most / 2;
	}

	/**
	 * Returns the threads of one more key.
	 * @return a new count, which is 0
	 */
	public OfKey ofKey() {
		return new OfKey();
	}

	private synchronized boolean take(OfKey key) {
		if (key.heldByKey >= this.max - this.held) {
			return false;
		}
		key.heldByKey++;
		this.held++;
		return true;
	}

	private synchronized void giveBack(OfKey key) {
		key.heldByKey--;
		this.held--;
	}

	/** Returns the number of held threads, for tests. */
	synchronized int held() {
		return this.held;
	}

	/** The request threads that the waiting calls of one key hold. */
	public final class OfKey {

		/** Guarded by the limit. */
		private int heldByKey;

		private OfKey() {
		}

		/**
		 * Lets a call hold the current thread while it waits.
		 * @return gives the thread back and must be run once, by any thread; null if
		 * waiting calls hold as many request threads as they may
		 */
		public @Nullable Runnable hold() {
			if (!isBounded() || !WaitingThreadLimit.this.servesRequest.getAsBoolean()) {
				return NOTHING;
			}
			return take(this) ? () -> WaitingThreadLimit.this.giveBack(this) : null;
		}

	}

}
