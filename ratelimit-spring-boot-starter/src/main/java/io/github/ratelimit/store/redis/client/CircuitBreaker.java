package io.github.ratelimit.store.redis.client;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Whether calls are sent to a node. The breaker opens after five failures in a row, when
 * half of the last twenty calls failed, and when the node has not answered for a while
 * despite calls; calls are sent again when it is closed. A late reply is no failure. As
 * long as calls succeed, a success costs two reads. Thread-safe.
 */
final class CircuitBreaker {

	private static final int LAST = 20;

	private static final int MASK = (1 << LAST) - 1;

	private static final int IN_A_ROW = 0b11111;

	/** This many calls in a row have to be unanswered. */
	private static final int UNANSWERED = 5;

	private static final long LEAST_SILENCE_NANOS = Duration.ofSeconds(1).toNanos();

	private final AtomicBoolean open = new AtomicBoolean();

	/** A bit for each of the last calls, 1 if it failed, the latest lowest. */
	private final AtomicInteger history = new AtomicInteger();

	private final long deadlineNanos;

	private final long silenceNanos;

	private volatile int unanswered;

	/** When the first of the unanswered calls was sent. */
	private long silentSince;

	/**
	 * Creates a closed breaker.
	 * @param deadlineNanos nanoseconds until which answers are waited for
	 */
	CircuitBreaker(long deadlineNanos) {
		this.deadlineNanos = deadlineNanos;
		this.silenceNanos = Math.max(LEAST_SILENCE_NANOS, UNANSWERED * deadlineNanos);
	}

	boolean isOpen() {
		return this.open.get();
	}

	/**
	 * Notes a reply, in time or late.
	 * @return whether the last failure was long enough ago to be forgotten now
	 */
	boolean answered() {
		if (this.history.get() == 0 && this.unanswered == 0) {
			return false;
		}
		int left = this.history.updateAndGet((earlier) -> (earlier << 1) & MASK);
		endSilence();
		return left == 0;
	}

	/** Returns whether it is open, or may open because of what it has noted. */
	boolean isInTrouble() {
		return isOpen() || this.history.get() != 0 || this.unanswered != 0;
	}

	private synchronized void endSilence() {
		this.unanswered = 0;
	}

	/** Returns whether this failure opened the breaker. */
	boolean failed() {
		int history = this.history.updateAndGet((earlier) -> ((earlier << 1) | 1) & MASK);
		boolean enough = (history & IN_A_ROW) == IN_A_ROW || Integer.bitCount(history) >= LAST / 2;
		return enough && open();
	}

	/**
	 * Notes a call that was not answered by its deadline.
	 * @param askedNanos when it was sent
	 * @param nowNanos the time
	 * @return whether this opened the breaker, since nothing at all is answered
	 */
	synchronized boolean unanswered(long askedNanos, long nowNanos) {
		if (this.unanswered == 0) {
			this.silentSince = askedNanos;
		}
		this.unanswered = Math.min(UNANSWERED, this.unanswered + 1);
		return this.unanswered == UNANSWERED && nowNanos - this.silentSince >= this.silenceNanos && open();
	}

	/**
	 * Returns whether the oldest of the unanswered calls has waited for two deadlines.
	 */
	synchronized boolean isSilent(long nowNanos) {
		return this.unanswered > 0 && nowNanos - this.silentSince >= 2 * this.deadlineNanos;
	}

	/** Returns whether this call opened the breaker. */
	boolean open() {
		return this.open.compareAndSet(false, true);
	}

	/** Returns whether this call closed the breaker. */
	boolean close() {
		this.history.set(0);
		endSilence();
		return this.open.compareAndSet(true, false);
	}

}
