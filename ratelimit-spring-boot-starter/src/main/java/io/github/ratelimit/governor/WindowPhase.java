package io.github.ratelimit.governor;

import java.util.concurrent.TimeUnit;

/**
 * When the fixed windows of a provider end, as far as reports show it. Not thread-safe.
 */
final class WindowPhase {

	/** How long after the end of a window the first request of the next one is sent. */
	static final long MARGIN_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

	private long windowNanos;

	/** The current window ends between these times. */
	private long earliest;

	private long latest;

	private boolean known;

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

	/** Returns the time when the current window began at the earliest. */
	long earliestStart() {
		return this.earliest - this.windowNanos;
	}

	/** Returns the latest possible beginning of the current window. */
	long latestStart() {
		return this.latest - this.windowNanos;
	}

	long untilNext(long now) {
		return this.latest + MARGIN_NANOS - now;
	}

	/** Returns the part of the window that is left, from 0 to 1. */
	double left(long now) {
		return Math.max(0, Math.min(1, (this.latest - now) / (double) this.windowNanos));
	}

}
