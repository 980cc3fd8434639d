package io.github.ratelimit.client;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Bounds retries to a part of the requests, so that a failing provider gets no more calls
 * than usual. Ten retries are available from the start. Thread-safe.
 */
final class RetryBudget {

	private static final long RETRY = 1_000_000;

	private static final long MAX = 10 * RETRY;

	private final long perRequest;

	private final AtomicLong left = new AtomicLong(MAX);

	RetryBudget(double budget) {
		this.perRequest = Math.round(budget * RETRY);
	}

	void requestSent() {
		this.left.accumulateAndGet(this.perRequest, (left, more) -> Math.min(MAX, left + more));
	}

	boolean tryRetry() {
		return this.left.getAndUpdate((left) -> (left >= RETRY) ? left - RETRY : left) >= RETRY;
	}

}
