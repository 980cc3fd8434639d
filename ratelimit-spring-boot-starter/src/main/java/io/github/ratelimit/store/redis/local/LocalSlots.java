package io.github.ratelimit.store.redis.local;

/**
 * The slots of one key that calls of this instance have, by whatever decision, and those
 * that they ask Redis for just now. So this instance alone is never above the limit, also
 * while Redis does not know all of them. Thread-safe.
 */
final class LocalSlots extends InFlightState {

	private long held;

	private long asked;

	/** Notes that a call asks for slots; false if this is over. */
	synchronized boolean ask(long slots) {
		if (!use()) {
			return false;
		}
		this.asked += slots;
		return true;
	}

	/** Notes that a call which has asked gets none. */
	synchronized void drop(long slots) {
		this.asked = Math.max(0, this.asked - slots);
	}

	/**
	 * Gives slots that were asked for without Redis.
	 * @param slots how many
	 * @param most how many calls of this instance may have; what others ask Redis for may
	 * be granted yet
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

	/** Takes back what was given without Redis, for a call that asks still. */
	synchronized void undo(long slots) {
		this.held = Math.max(0, this.held - slots);
		this.asked += slots;
	}

	/**
	 * Notes that slots which were asked for were granted.
	 * @return false if calls of this instance would have more than there are: then the
	 * slots are dropped, and have to go back
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

	/** Returns how many slots are free for this instance. */
	synchronized long free(long most) {
		return Math.max(0, most - this.held);
	}

}
