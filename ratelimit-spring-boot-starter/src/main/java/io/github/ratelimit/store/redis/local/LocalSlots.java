package io.github.ratelimit.store.redis.local;

/**
 * The slots of one key that calls of this instance hold, by whatever decision, and those
 * that they are requesting from Redis. So this instance alone never exceeds the limit,
 * even while Redis has no record of some of them. Thread-safe.
 */
final class LocalSlots extends RememberedKeys.InFlightState {

	private long held;

	private long asked;

	/** Notes that a call requests slots; returns false if this state has ended. */
	synchronized boolean ask(long slots) {
		if (!use()) {
			return false;
		}
		this.asked += slots;
		return true;
	}

	/** Notes that a call which requested slots gets none. */
	synchronized void drop(long slots) {
		this.asked = Math.max(0, this.asked - slots);
	}

	/**
	 * Grants requested slots without Redis.
	 * @param slots how many
	 * @param most how many slots this instance may have; slots that other calls request
	 * may still be granted
	 * @return whether they are held
	 */
	synchronized boolean take(long slots, long most) {
		if (this.held + this.asked > most) {
			return false;
		}
		this.held += slots;
		this.asked = Math.max(0, this.asked - slots);
		return true;
	}

	/**
	 * Withdraws slots that were granted without Redis, for a call that still requests
	 * them.
	 */
	synchronized void undo(long slots) {
		this.held = Math.max(0, this.held - slots);
		this.asked += slots;
	}

	/**
	 * Notes that requested slots were granted.
	 * @return false if calls of this instance would have more slots than there are: then
	 * the slots are dropped, and have to be given back
	 */
	synchronized boolean hold(long slots, long most) {
		this.asked = Math.max(0, this.asked - slots);
		if (this.held + slots > most) {
			return false;
		}
		this.held += slots;
		return true;
	}

	/** Notes that a call with slots has ended. */
	synchronized void end(long slots) {
		this.held = Math.max(0, this.held - slots);
	}

	@Override
	boolean isIdle() {
		return this.held + this.asked == 0;
	}

	/** Returns the number of slots that are free for this instance. */
	synchronized long free(long most) {
		return Math.max(0, most - this.held);
	}

}
