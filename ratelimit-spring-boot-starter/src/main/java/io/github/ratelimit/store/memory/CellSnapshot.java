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
