package io.github.ratelimit.governor;

import java.util.concurrent.TimeUnit;

/**
 * How many calls may be in flight while the limits of the provider are unknown, and after
 * it was overloaded. Not thread-safe.
 */
final class CallWindow {

	/** How many calls are in flight at first. */
	static final int FIRST_CALLS = 4;

	/** A provider that refuses a call does so within this time. */
	private static final long REFUSED_WITHIN_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

	private static final double CUT = 0.7;

	private double calls = FIRST_CALLS;

	private boolean overloaded;

	private long grownAt;

	CallWindow(long now) {
		this.grownAt = now;
	}

	/**
	 * Calls that are not refused for some time have been accepted, so others may follow.
	 */
	void growUnanswered(long now) {
		if (!this.overloaded && now - this.grownAt >= REFUSED_WITHIN_NANOS) {
			this.calls += FIRST_CALLS / 2.0;
			this.grownAt = now;
		}
	}

	/** Returns after what time more calls are allowed if none is refused. */
	long untilGrown(long now) {
		return this.overloaded ? Long.MAX_VALUE : Math.max(1, this.grownAt + REFUSED_WITHIN_NANOS - now);
	}

	/** As many as are in flight were too many, however many might have been. */
	void cut(int inFlight) {
		this.calls = Math.max(1, Math.min(this.calls, Math.max(FIRST_CALLS, inFlight)) * CUT);
		this.overloaded = true;
	}

	void succeeded(int inFlight) {
		this.calls += this.overloaded ? 1 / this.calls : 1;
		if (this.calls > 2.0 * Math.max(FIRST_CALLS, inFlight)) {
			this.overloaded = false;
		}
	}

	boolean isOverloaded() {
		return this.overloaded;
	}

	int calls() {
		return (int) this.calls;
	}

}
