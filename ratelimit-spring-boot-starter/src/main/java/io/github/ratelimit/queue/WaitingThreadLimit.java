package io.github.ratelimit.queue;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Bounds the request threads that waiting calls hold, all of them and those of one key,
 * so that other requests are served meanwhile, and one key does not hold the threads of
 * all keys. Threads that serve no request are not counted. Calls that wait for limits
 * share one bound with those that wait for a provider. Thread-safe.
 */
public final class WaitingThreadLimit {

	/** No bound, where waiting takes no thread from requests. */
	public static final WaitingThreadLimit NONE = new WaitingThreadLimit(Integer.MAX_VALUE, () -> false);

	private static final Runnable NOTHING = () -> {
	};

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
	 */
	public WaitingThreadLimit(int most, BooleanSupplier servesRequest) {
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
	 * Returns the threads of one more key.
	 * @return a new count, which is 0
	 */
	public OfKey ofKey() {
		return new OfKey();
	}

	private static boolean takeOne(AtomicInteger held, int most) {
		return held.getAndUpdate((current) -> Math.min(current + 1, most)) < most;
	}

	/** Returns the number of held threads, for tests. */
	int held() {
		return this.held.get();
	}

	/** The request threads that the waiting calls of one key hold. */
	public final class OfKey {

		private final AtomicInteger heldByKey = new AtomicInteger();

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
			if (!takeOne(this.heldByKey, WaitingThreadLimit.this.maxPerKey)) {
				return null;
			}
			if (!takeOne(WaitingThreadLimit.this.held, WaitingThreadLimit.this.max)) {
				this.heldByKey.decrementAndGet();
				return null;
			}
			return this::giveBack;
		}

		private void giveBack() {
			this.heldByKey.decrementAndGet();
			WaitingThreadLimit.this.held.decrementAndGet();
		}

	}

}
