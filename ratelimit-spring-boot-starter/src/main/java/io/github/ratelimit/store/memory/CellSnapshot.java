package io.github.ratelimit.store.memory;

/**
 * The state of a cell at a moment.
 *
 * @param state the state that the cell must still have in order to be retired
 * @param limit how many permits can be there, of the rate that has fewest now
 * @param remaining how many permits are available of that rate
 * @param nanosToFull how long it takes to be full, {@link #BUSY} if that is unknown
 * @param spent how many permits would be lost with the cell
 * @param used which part of the limit is used, above 1 if the debt exceeds the limit
 */
record CellSnapshot(Object state, long limit, long remaining, long nanosToFull, long spent, double used) {

	static final long BUSY = Long.MAX_VALUE;

	/** Returns the snapshot of a cell with one rate. */
	static CellSnapshot of(Object state, long limit, long remaining, long nanosToFull) {
		long spent = limit - remaining;
		return new CellSnapshot(state, limit, remaining, nanosToFull, spent, (double) spent / limit);
	}

	/** Returns the snapshot of a cell with a further rate. */
	CellSnapshot and(CellSnapshot other) {
		CellSnapshot nearest = (other.remaining < this.remaining) ? other : this;
		return new CellSnapshot(this.state, nearest.limit, nearest.remaining,
				Math.max(this.nanosToFull, other.nanosToFull), Math.max(this.spent, other.spent),
				Math.max(this.used, other.used));
	}

	boolean isFull() {
		return this.nanosToFull == 0;
	}

	boolean isBusy() {
		return this.nanosToFull == BUSY;
	}

	boolean isNearerToFullThan(CellSnapshot other) {
		return (this.nanosToFull != other.nanosToFull) ? this.nanosToFull < other.nanosToFull
				: isBusy() && this.spent < other.spent;
	}

}
