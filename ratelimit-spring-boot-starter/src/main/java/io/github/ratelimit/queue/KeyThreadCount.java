package io.github.ratelimit.queue;

import java.util.concurrent.atomic.AtomicInteger;

import org.jspecify.annotations.Nullable;

/**
 * The request threads that the waiting calls of one key hold, which are a share of those
 * that all waiting calls may hold. Threads that serve no request are not bounded.
 * Thread-safe.
 */
public final class KeyThreadCount {

	private static final Runnable NOTHING = () -> {
	};

	private final WaitingThreadLimit limit;

	private final AtomicInteger held = new AtomicInteger();

	private final Runnable giveBack = this::giveBack;

	/**
	 * Creates the share of a key.
	 * @param limit bounds the threads of all keys
	 */
	public KeyThreadCount(WaitingThreadLimit limit) {
		this.limit = limit;
	}

	/**
	 * Lets a call hold the current thread while it waits.
	 * @return gives the thread back and must be run once, by any thread; null if waiting
	 * calls hold as many request threads as they may
	 */
	public @Nullable Runnable hold() {
		if (!this.limit.countsThisThread()) {
			return NOTHING;
		}
		return this.limit.take(this.held) ? this.giveBack : null;
	}

	private void giveBack() {
		this.held.decrementAndGet();
		this.limit.giveBack();
	}

}
