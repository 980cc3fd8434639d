package io.github.ratelimit.governor;

import java.util.concurrent.TimeUnit;

/**
 * How many calls may be in flight: few at first, while the limits of the provider are
 * unknown (slow start), and fewer after it was overloaded. Not thread-safe.
 */
final class InFlightLimit {

	/** How many calls are in flight at first. */
	private static final int FIRST_CALLS = 4;

	/** A provider that refuses a call does so within this time. */
	private static final long REFUSED_WITHIN_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

	private static final double CUT = 0.7;

	private final int maxConcurrent;

	/**
	 * Whether the limits are known, from a report or, without reports, from the
	 * configuration.
	 */
	private boolean known;

	private int servedWithoutReport;

	private double calls = FIRST_CALLS;

	private boolean overloaded;

	private long grownAt;

	/**
	 * Begins slowly.
	 * @param maxConcurrent how many calls may be in flight in any case
	 * @param known whether the limits are known already
	 * @param now the time
	 */
	InFlightLimit(int maxConcurrent, boolean known, long now) {
		this.maxConcurrent = maxConcurrent;
		this.known = known;
		this.grownAt = now;
	}

	/** Returns whether the limits are known. */
	boolean isKnown() {
		return this.known;
	}

	/** Another instance may know the limits. */
	void learn(boolean known) {
		this.known |= known;
	}

	/**
	 * Returns after what time another call may be sent, 0 for now and
	 * {@link Long#MAX_VALUE} if only the end of another call can help.
	 */
	long waitNanos(int inFlight, long now) {
		if (!this.known) {
			growUnanswered(now);
		}
		if (inFlight < maxInFlight()) {
			return 0;
		}
		boolean grows = !this.known && inFlight < this.maxConcurrent && !this.overloaded;
		return grows ? Math.max(1, this.grownAt + REFUSED_WITHIN_NANOS - now) : Long.MAX_VALUE;
	}

	/**
	 * Calls that are not refused for some time have been accepted, so others may follow.
	 */
	private void growUnanswered(long now) {
		if (!this.overloaded && now - this.grownAt >= REFUSED_WITHIN_NANOS) {
			this.calls += FIRST_CALLS / 2.0;
			this.grownAt = now;
		}
	}

	private int maxInFlight() {
		return (this.known && !this.overloaded) ? this.maxConcurrent : Math.min(this.maxConcurrent, calls());
	}

	/** The provider has served a call. */
	void served(int inFlight) {
		this.calls += this.overloaded ? 1 / this.calls : 1;
		if (this.calls > 2.0 * Math.max(FIRST_CALLS, inFlight)) {
			this.overloaded = false;
		}
	}

	/**
	 * Uses whether a response reports a limit. The configured ones are taken for known
	 * after some served calls whose responses report none.
	 */
	void report(boolean reports, boolean served, boolean configured) {
		this.servedWithoutReport += (served && !reports) ? 1 : 0;
		this.known |= reports || (configured && this.servedWithoutReport >= FIRST_CALLS);
	}

	/** Returns whether served calls have had responses without a report. */
	boolean isServedWithoutReport() {
		return this.servedWithoutReport > 0;
	}

	/** As many as are in flight were too many, however many might have been. */
	void cut(int inFlight) {
		this.calls = Math.max(1, Math.min(this.calls, Math.max(FIRST_CALLS, inFlight)) * CUT);
		this.overloaded = true;
	}

	boolean isOverloaded() {
		return this.overloaded;
	}

	int calls() {
		return (int) this.calls;
	}

}
