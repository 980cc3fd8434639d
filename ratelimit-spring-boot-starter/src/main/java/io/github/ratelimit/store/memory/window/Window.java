package io.github.ratelimit.store.memory.window;

/**
 * What one key has used of one rate in windows. Immutable: all results are functions of
 * the state, the permits, and the time in nanoseconds since the epoch. A time before its
 * own is read as its own. Permits are {@linkplain WindowRate#unit() units} of its terms.
 */
public interface Window {

	/** Returns the terms by which it counts. */
	WindowRate terms();

	/** Returns the permits that are available; a debt is negative. */
	long balance(long now);

	/**
	 * Returns the window after permits were taken, whether or not they were available.
	 */
	Window charged(long permits, long now);

	/** Returns this window if the one that the permits were taken from has ended. */
	Window givenBack(long permits, long takenAt, long now);

	/** Returns how many permits can still be charged before any are forgiven. */
	default long room(long now) {
		return balance(now) + terms().maxDebt();
	}

	/**
	 * Returns how long it takes until this number of permits is available, at most all of
	 * them.
	 */
	long nanosUntil(long permits, long now);

	/**
	 * Returns whether it counts so many times as much as another window of the same kind
	 * and period, at the same times.
	 */
	boolean counts(Window other, long times, long now);

	/** Returns whether a new period has begun, with all its permits. */
	default boolean isOver(long now) {
		return false;
	}

	/** Returns how long it takes until nothing is counted any more. */
	long nanosToFull(long now);

}
