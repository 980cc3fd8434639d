package io.github.ratelimit.governor;

import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * When the fixed windows of a provider end, as far as reports show it. Not thread-safe.
 */
final class WindowEnd {

	/** How long after the end of a window the first request of the next one is sent. */
	static final long MARGIN_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

	/** A report above the last one by this part of the limit is of the next window. */
	private static final double JUMP = 0.2;

	/** How much too long or too short the age of another instance's note may be. */
	private static final long NOTE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

	/** Times are reported in whole seconds. */
	private static final long SHORTEST_NANOS = TimeUnit.SECONDS.toNanos(1);

	private long longestNanos;

	/** The length of a window, which reported ends may show to be shorter. */
	private long windowNanos;

	/** The current window ends between these times. */
	private Interval end;

	private boolean known;

	/** The same by what this instance has seen, which may be an earlier window. */
	private @Nullable Interval seen;

	/** What the call of a window that was sent last reported, -1 before a report. */
	private double lastRemaining = -1;

	private long lastSentAt;

	WindowEnd(long windowNanos, long now) {
		this.longestNanos = windowNanos;
		this.windowNanos = windowNanos;
		this.end = new Interval(now, now + windowNanos);
	}

	void window(long nanos) {
		this.longestNanos = nanos;
		this.windowNanos = nanos;
	}

	long windowNanos() {
		return this.windowNanos;
	}

	boolean isKnown() {
		return this.known;
	}

	/**
	 * A call has reported when its window ends. That of the current window is believed
	 * also where it is no multiple of a window away, whose length may be a guess. A call
	 * early in a window shows that length.
	 */
	void reportedBetween(long earliest, long latest, long sentAt) {
		long start = latestStart();
		boolean current = this.known && sentAt - start >= 0;
		endsBetween(earliest, latest);
		if (current && (latest - earliest() < 0 || earliest - latest() > 0)) {
			this.end = new Interval(earliest, latest);
			if (earliest - sentAt >= sentAt - start) {
				this.windowNanos = Math.max(SHORTEST_NANOS, Math.min(latest - start, this.longestNanos));
			}
		}
	}

	/**
	 * Narrows down when windows end. The provider may have measured at any time between
	 * the sending of a call and its response, in this window or in one before.
	 */
	void endsBetween(long earliest, long latest) {
		Interval interval = new Interval(earliest, latest);
		Interval narrowed = (this.seen != null) ? this.seen.narrowed(interval, this.windowNanos) : null;
		this.seen = (narrowed != null) ? narrowed : interval;
		if (!narrow(this.seen)) {
			replace(this.seen);
		}
	}

	/**
	 * Another instance has seen when windows end. The two clocks are compared inexactly,
	 * so what this instance has seen is believed if both do not agree.
	 */
	void endsElsewhereBetween(long earliest, long latest) {
		Interval interval = new Interval(earliest - NOTE_NANOS, latest + NOTE_NANOS);
		if (!narrow(interval) && this.seen == null) {
			replace(interval);
		}
	}

	private boolean narrow(Interval interval) {
		Interval narrowed = this.known ? this.end.narrowed(interval, this.windowNanos) : null;
		this.end = (narrowed != null) ? narrowed : this.end;
		return narrowed != null;
	}

	private void replace(Interval interval) {
		this.end = this.known ? interval.near(this.end.latest(), this.windowNanos) : interval;
		this.known = true;
	}

	/**
	 * A window ends between two calls of which the later one reports much more. A report
	 * that comes late narrows this down as well as the newest. Of two calls that were
	 * sent soon after each other, the provider may have taken the later one first, so
	 * they show the end only where one is expected.
	 */
	void report(double remaining, double limit, long sentAt, long now) {
		boolean first = this.lastRemaining < 0;
		if (!first && sentAt - this.lastSentAt <= 0) {
			return;
		}
		long arrived = Math.min(now, sentAt + InFlightCalls.OVERTAKEN_NANOS);
		boolean jumped = !first && remaining - this.lastRemaining > limit * JUMP;
		boolean overtaken = sentAt - this.lastSentAt <= InFlightCalls.OVERTAKEN_NANOS;
		if (jumped && overtaken && !isExpected(arrived)) {
			return;
		}
		if (jumped && isSoonAfterLast(arrived)) {
			endsBetween(this.lastSentAt + this.windowNanos, arrived + this.windowNanos);
			return;
		}
		boolean more = remaining > this.lastRemaining && !overtaken;
		if ((first || jumped || more) && !this.known) {
			this.end = new Interval(this.end.earliest(), arrived + this.windowNanos);
		}
		this.lastRemaining = remaining;
		this.lastSentAt = sentAt;
	}

	/** Returns whether a window may have ended between the last report and a time. */
	private boolean isExpected(long time) {
		return this.known && this.end.narrowed(new Interval(this.lastSentAt, time), this.windowNanos) != null;
	}

	private boolean isSoonAfterLast(long time) {
		return time - this.lastSentAt < this.windowNanos / 2;
	}

	/**
	 * Returns whether a window must be over, since it was reported a window's time ago,
	 * though nothing has shown its end.
	 */
	boolean isOverUnseen(long now) {
		return !this.known && this.lastRemaining >= 0 && now - latest() >= MARGIN_NANOS;
	}

	/**
	 * Assumes that the window has ended between its last report and now.
	 * @return false if that is too long a time to know more
	 */
	boolean assumeEnd(long now) {
		if (isSoonAfterLast(latest())) {
			endsBetween(this.lastSentAt, latest());
		}
		else {
			this.end = new Interval(earliest(), latest() + windowsUntil(now) * this.windowNanos);
		}
		return this.known;
	}

	private long windowsUntil(long now) {
		return (now - latest()) / this.windowNanos + 1;
	}

	/** Returns whether the window is over, and moves on to the current one. */
	boolean passTo(long now) {
		if (!this.known || now - latest() < MARGIN_NANOS) {
			return false;
		}
		this.end = this.end.plus(windowsUntil(now) * this.windowNanos);
		return true;
	}

	long earliest() {
		return this.end.earliest();
	}

	long latest() {
		return this.end.latest();
	}

	/**
	 * Returns when the current window ends by what this instance has seen, null if it has
	 * seen nothing.
	 */
	@Nullable Interval seen() {
		return (this.seen != null) ? this.seen.near(latest(), this.windowNanos) : null;
	}

	/** Returns the latest possible beginning of the current window. */
	long latestStart() {
		return latest() - this.windowNanos;
	}

	long untilNext(long now) {
		return latest() + MARGIN_NANOS - now;
	}

	/** The same from the middle of the times at which the window may end. */
	long untilLikelyNext(long now) {
		return untilNext(now) - (latest() - earliest()) / 2;
	}

	/** Returns the part of the window that is left, from 0 to 1. */
	double left(long now) {
		return Math.max(0, Math.min(1, (latest() - now) / (double) this.windowNanos));
	}

	/**
	 * A window ends between two times.
	 *
	 * @param earliest the first of them
	 * @param latest the last of them
	 */
	record Interval(long earliest, long latest) {

		private Interval plus(long nanos) {
			return new Interval(this.earliest + nanos, this.latest + nanos);
		}

		/** Returns when that window ends of which the end is nearest to a time. */
		private Interval near(long time, long windowNanos) {
			return plus(Math.round((time - this.latest) / (double) windowNanos) * windowNanos);
		}

		/**
		 * Returns the times that are also in another interval, null if there are none.
		 */
		private @Nullable Interval narrowed(Interval other, long windowNanos) {
			Interval same = other.near(this.latest, windowNanos);
			Interval both = new Interval(Math.max(this.earliest, same.earliest), Math.min(this.latest, same.latest));
			return (both.earliest - both.latest <= 0) ? both : null;
		}

	}

}
