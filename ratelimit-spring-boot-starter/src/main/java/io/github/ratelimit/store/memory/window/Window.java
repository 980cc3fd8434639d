package io.github.ratelimit.store.memory.window;

/**
 * What one key has used of one rate in windows. Immutable: what follows from it is a
 * function of the time, in nanoseconds since the epoch, and of the permits alone. A time
 * before its own is read as its own. Permits are {@linkplain WindowRate#unit() units} of
 * its terms.
 */
public interface Window {

	/** Returns the terms by which it counts. */
	WindowRate terms();

	/** Returns how many permits are there, negative if some are owed. */
	long balance(long now);

	/** Returns the window after permits were taken, there or not. */
	Window charged(long permits, long now);

	/** Returns this window if the one that they were taken from has gone. */
	Window givenBack(long permits, long takenAt, long now);

	/** Returns how many permits can still be charged before any are forgiven. */
	long room(long now);

	/** Returns how long until so many permits are there, which may be all of them. */
	long nanosUntil(long permits, long now);

	/** Returns whether all that is counted are multiples of so many. */
	boolean isMultipleOf(long units);

	/** Returns how long until nothing is counted any more. */
	long nanosToFull(long now);

}
