package io.github.ratelimit.governor;

import java.util.concurrent.TimeUnit;

/**
 * When the fixed windows of a provider end, as far as reports show it. Not thread-safe.
 */
final class WindowPhase {

	/** How long after the end of a window the first request of the next one is sent. */
	static final long MARGIN_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

	/** A report above the last one by this part of the limit is of the next window. */
	private static final double JUMP = 0.2;

	private long windowNanos;

	/** The current window ends between these times. */
	private long earliest;

	private long latest;

	private boolean known;

	/** What the call of a window that was sent last reported, -1 before a report. */
	private double lastRemaining = -1;

	private long lastSentAt;

	WindowPhase(long windowNanos, long now) {
		this.windowNanos = windowNanos;
		this.earliest = now;
		this.latest = now + windowNanos;
	}

	void window(long nanos) {
		this.windowNanos = nanos;
	}

	boolean isKnown() {
		return this.known;
	}

	/**
	 * Narrows down when windows end. The provider may have measured at any time between
	 * the sending of a call and its response, in this window or in one before.
	 */
	void endsBetween(long earliest, long latest) {
		long windows = this.known ? Math.round((this.latest - latest) / (double) this.windowNanos) : 0;
		long first = earliest + windows * this.windowNanos;
		long last = latest + windows * this.windowNanos;
		boolean consistent = this.known && first - this.latest <= 0 && last - this.earliest >= 0;
		this.earliest = consistent ? Math.max(this.earliest, first) : first;
		this.latest = consistent ? Math.min(this.latest, last) : last;
		this.known = true;
	}

	/**
	 * A window ends between two calls of which the later one reports much more. A report
	 * that comes late narrows this down as well as the newest.
	 */
	void report(double remaining, double limit, long sentAt, long now) {
		boolean first = this.lastRemaining < 0;
		if (!first && sentAt - this.lastSentAt <= 0) {
			return;
		}
		long arrived = Math.min(now, sentAt + UnconfirmedCalls.OVERTAKEN_NANOS);
		boolean jumped = !first && remaining - this.lastRemaining > limit * JUMP;
		if (jumped && isSoonAfterLast(arrived)) {
			endsBetween(this.lastSentAt + this.windowNanos, arrived + this.windowNanos);
			return;
		}
		boolean more = remaining > this.lastRemaining && sentAt - this.lastSentAt > UnconfirmedCalls.OVERTAKEN_NANOS;
		if ((first || jumped || more) && !this.known) {
			this.latest = arrived + this.windowNanos;
		}
		this.lastRemaining = remaining;
		this.lastSentAt = sentAt;
	}

	private boolean isSoonAfterLast(long time) {
		return time - this.lastSentAt < this.windowNanos / 2;
	}

	/**
	 * Returns whether a window must be over, since it was reported a window's time ago,
	 * though nothing has shown its end.
	 */
	boolean isOverUnseen(long now) {
		return !this.known && this.lastRemaining >= 0 && now - this.latest >= MARGIN_NANOS;
	}

	/**
	 * Assumes that the window has ended between its last report and now.
	 * @return false if that is too long a time to know more
	 */
	boolean assumeEnd(long now) {
		if (isSoonAfterLast(this.latest)) {
			endsBetween(this.lastSentAt, this.latest);
		}
		else {
			this.latest += ((now - this.latest) / this.windowNanos + 1) * this.windowNanos;
		}
		return this.known;
	}

	/** Returns whether the window is over, and moves on to the current one. */
	boolean passTo(long now) {
		if (!this.known || now - this.latest < MARGIN_NANOS) {
			return false;
		}
		long windows = (now - this.latest) / this.windowNanos + 1;
		this.earliest += windows * this.windowNanos;
		this.latest += windows * this.windowNanos;
		return true;
	}

	long earliest() {
		return this.earliest;
	}

	long latest() {
		return this.latest;
	}

	/** Returns the latest possible beginning of the current window. */
	long latestStart() {
		return this.latest - this.windowNanos;
	}

	long untilNext(long now) {
		return this.latest + MARGIN_NANOS - now;
	}

	/** The same from the middle of the times at which the window may end. */
	long untilLikelyNext(long now) {
		return untilNext(now) - (this.latest - this.earliest) / 2;
	}

	/** Returns the part of the window that is left, from 0 to 1. */
	double left(long now) {
		return Math.max(0, Math.min(1, (this.latest - now) / (double) this.windowNanos));
	}

}
