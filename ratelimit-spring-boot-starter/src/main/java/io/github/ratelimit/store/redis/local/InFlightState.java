package io.github.ratelimit.store.redis.local;

/**
 * State of one key that its calls in flight share. It is dropped only while it is idle,
 * and not used afterwards: a caller that finds it dropped asks for its successor. Thread-
 * safe.
 */
abstract class InFlightState {

	private boolean idleBefore;

	private boolean over;

	/** Returns whether nothing would be missed; is called with the lock. */
	abstract boolean isIdle();

	/** Notes a use, with the lock, and returns false if it is over. */
	final boolean use() {
		this.idleBefore = false;
		return !this.over;
	}

	/** Ends it if it was neither used since the last time, nor is it now. */
	final synchronized boolean retire() {
		this.over = this.idleBefore && isIdle();
		this.idleBefore = true;
		return this.over;
	}

}
