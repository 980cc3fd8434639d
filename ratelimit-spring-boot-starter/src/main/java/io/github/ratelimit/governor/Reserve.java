package io.github.ratelimit.governor;

import java.util.concurrent.TimeUnit;

/**
 * The part of a limit that is never spent: for requests that arrive in another order than
 * they were sent in, and for other users of the quota.
 */
final class Reserve {

	/** The part of the reserve that is kept at the end of a window. */
	private static final double LEAST = 0.3;

	/** The same where permits are spent evenly. */
	private static final double EVEN = 0.15;

	/**
	 * At first, twice the reserve is kept of a short window that others seem to use, too:
	 * how much they spend is hardly known yet. This is the most of it.
	 */
	private static final double MOST_FIRST = 0.2;

	private static final long FIRST_NANOS = TimeUnit.MINUTES.toNanos(1);

	/** From this factor on others seem to use the limit. */
	private static final double OTHERS = 1.5;

	private final double part;

	private final long createdAt;

	Reserve(double part, long now) {
		this.part = part;
		this.createdAt = now;
	}

	/** Returns the part of a limit whose permits come back a little at a time. */
	double part() {
		return this.part;
	}

	/**
	 * Returns the part of a limit whose permits come back all at once. What is left of a
	 * window at its end is lost, so the reserve shrinks with the rest of the window.
	 * @param left the part of the window that is left
	 */
	double beforeEnd(double left) {
		return this.part * Math.max(LEAST, left);
	}

	/**
	 * Returns the part of a limit whose permits are spent evenly.
	 * @param shortWindow whether what others spend shows too late
	 * @param factor what is charged for what is estimated
	 * @param now the time
	 */
	double whereSpentEvenly(boolean shortWindow, double factor, long now) {
		boolean uncertain = shortWindow && now - this.createdAt < FIRST_NANOS && factor >= OTHERS;
		double least = this.part * EVEN;
		return uncertain ? Math.max(least, Math.min(this.part * 2, MOST_FIRST)) : least;
	}

}
