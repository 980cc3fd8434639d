package io.github.ratelimit.store.redis.local;

/**
 * State of one key that its in-flight calls share. It is dropped only while it is idle,
 * and not used afterwards: a caller that finds it dropped requests its successor.
 * Thread-safe.
 */
abstract class InFlightState {

	private boolean idleBefore;

	private boolean over;

	/** Returns whether the state can be dropped without loss; requires the lock. */
	abstract boolean isIdle();

	/** Notes a use and returns false if the state is dropped; requires the lock. */
	final boolean use() {
		this.idleBefore = false;
		return !this.over;
	}

	/** Drops the state if it was not used since the last call and is idle. */
	final synchronized boolean retire() {
		this.over = this.idleBefore && isIdle();
		this.idleBefore = true;
		return this.over;
	}

}
