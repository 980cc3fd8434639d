package io.github.ratelimit.governor;

import java.util.ArrayDeque;
import java.util.Deque;

import io.github.ratelimit.provider.dialect.Dimension;
import io.github.ratelimit.provider.dialect.Refill;

/**
 * A limit whose permits come back all at once. Where the provider reports the end of a
 * window, its permits can be spent at any time. Where only the reports of the next window
 * show that one has ended, permits are spent evenly until the next end, so that a wrong
 * estimate of the end costs nothing; before the first end is seen, single calls probe for
 * it. Not thread-safe.
 */
final class FixedWindowBudget extends QuotaBudget {

	/** The part of the reserve that is kept at the end of a window. */
	private static final double LEAST_RESERVE = 0.3;

	/** A report above the last one by this part of the limit is of the next window. */
	private static final double JUMP = 0.2;

	/** How many times in a window a call probes for its end. */
	private static final int PROBES = 20;

	/** The part of the limit that is used where permits are spent evenly. */
	private static final double EVEN = 0.97;

	/** What is left of it at the end of a window where all was right. */
	private static final double LEFT = 0.01;

	/** The part of the limit that may be spent at once where it is spent evenly. */
	private static final double AT_ONCE = 0.05;

	/** How many times as fast as on average the rest of a window is spent at most. */
	private static final double FASTEST = 3;

	private static final double GOLDEN_RATIO = 0.6180339887498949;

	private final WindowPhase phase;

	/** What calls took a short time ago. */
	private final Deque<Taken> recent = new ArrayDeque<>(0);

	/** From 0 to 1, another number for each instance, so that not all probe at once. */
	private final double spread;

	/** Whether the provider reports when windows end. */
	private boolean endReported;

	private long takenAt;

	/** What can be spent at once where permits are spent evenly. */
	private double even;

	private long evenAt;

	FixedWindowBudget(Dimension dimension, long windowNanos, double capacity, ChargeFactor factor, long now) {
		super(dimension, windowNanos, capacity, 0, factor, now);
		this.phase = new WindowPhase(windowNanos, now);
		this.spread = Math.abs(now * GOLDEN_RATIO % 1);
		this.takenAt = now;
		this.evenAt = now;
	}

	@Override
	Refill refill() {
		return Refill.FIXED_WINDOW;
	}

	@Override
	double refilled(long nanos) {
		return 0;
	}

	@Override
	boolean hasBegunAgain(double more) {
		return more > 0;
	}

	@Override
	boolean adoptWindow(Dimension dimension, long windowNanos) {
		boolean adopted = super.adoptWindow(dimension, windowNanos);
		if (adopted) {
			this.phase.window(windowNanos);
		}
		return adopted;
	}

	@Override
	void advance(long now, double share) {
		if (this.phase.passTo(now)) {
			available(capacity() - takenSince(this.phase.latestStart() - TRANSIT_NANOS), now);
		}
		else if (!this.phase.isKnown() && now - this.takenAt >= windowNanos()) {
			available(capacity(), now);
		}
		if (now > this.evenAt) {
			this.even = Math.min(capacity() * AT_ONCE, this.even + evenRate(now) * (now - this.evenAt));
			this.evenAt = now;
		}
	}

	/** Calls that were sent shortly before the end of a window may arrive in the next. */
	private double takenSince(long since) {
		double sum = 0;
		for (Taken call : this.recent) {
			sum += (call.at() - since >= 0) ? call.permits() : 0;
		}
		return sum;
	}

	/**
	 * Returns the permits for each nanosecond where they are spent evenly. In no time as
	 * long as a window more than a window's permits are spent, unless more is left of
	 * this one.
	 */
	private double evenRate(long now) {
		double average = capacity() * EVEN / (windowNanos() + TRANSIT_NANOS);
		if (!this.phase.isKnown()) {
			return average;
		}
		double left = available() - capacity() * LEFT;
		double rest = left / Math.max(windowNanos() / 100, this.phase.untilNext(now));
		return Math.min(FASTEST * average, Math.max(average, rest));
	}

	private boolean isSpentEvenly() {
		return this.phase.isKnown() && !this.endReported;
	}

	@Override
	double spendable(double need, double reserve, long now) {
		double spendable = super.spendable(need, reserve, now);
		if (!this.phase.isKnown()) {
			return (untilProbe(need, now) <= 0) ? need : spendable;
		}
		boolean even = this.endReported || this.even >= Math.min(need, capacity() * AT_ONCE);
		return even ? spendable : Math.min(this.even, spendable);
	}

	@Override
	long waitNanos(double need, double reserve, double share, long now) {
		double missing = need - spendable(need, reserve, now);
		if (missing <= 0) {
			return 0;
		}
		if (!this.phase.isKnown()) {
			return saturated(untilProbe(need, now));
		}
		if (isSpentEvenly() && need <= super.spendable(need, reserve, now)) {
			return saturated(Math.ceil((Math.min(need, capacity() * AT_ONCE) - this.even) / evenRate(now)));
		}
		double windows = Math.floor(Math.max(0, missing - capacity()) / capacity());
		return saturated(this.phase.untilNext(now) + windows * windowNanos());
	}

	/** Single calls out of the reserve show when a window ends for the first time. */
	private long untilProbe(double need, long now) {
		double pause = (need <= available()) ? (1 + this.spread) / PROBES : 1;
		return this.takenAt + (long) (windowNanos() * pause) - now;
	}

	/**
	 * What is left of a window at its end is lost, so the reserve shrinks with the rest
	 * of the window.
	 */
	@Override
	double reserve(double need, double reserve, long now) {
		double part = this.endReported ? this.phase.left(now) : (this.phase.isKnown() ? 0 : 1);
		return super.reserve(need, reserve * Math.max(LEAST_RESERVE, part), now);
	}

	@Override
	void spend(double need, long now) {
		super.spend(need, now);
		this.takenAt = now;
		this.even -= isSpentEvenly() ? need : 0;
		this.recent.add(new Taken(now, need));
		while (now - this.recent.getFirst().at() > TRANSIT_NANOS + WindowPhase.MARGIN_NANOS) {
			this.recent.removeFirst();
		}
	}

	@Override
	double unconfirmed(UnconfirmedCalls calls, long now) {
		boolean probes = !this.phase.isKnown() && untilProbe(0, now) <= 0;
		return probes ? 0 : super.unconfirmed(calls, now);
	}

	/** A report of a window that is over is no news. */
	@Override
	boolean isNews(Mark mark, long now) {
		return super.isNews(mark, now) && (!isReported() || !this.phase.isKnown()
				|| mark.sentAt() - (this.phase.latestStart() - TRANSIT_NANOS) >= 0);
	}

	@Override
	void report(double limit, double remaining, Mark mark, Mark sent, long now) {
		if (isReported() && remaining - remaining() > capacity() * JUMP) {
			long latest = Math.min(now, mark.sentAt() + UnconfirmedCalls.OVERTAKEN_NANOS);
			this.phase.endsBetween(reportSentAt() + windowNanos(), latest + windowNanos());
		}
		super.report(limit, remaining, mark, sent, now);
	}

	@Override
	void windowEnds(long earliest, long latest, boolean regularly) {
		this.endReported |= regularly;
		this.phase.endsBetween(earliest, latest);
	}

	@Override
	AccountNote.QuotaNote note(boolean configured, long now) {
		AccountNote.QuotaNote note = super.note(configured, now);
		return this.phase.isKnown() ? note.ends(this.phase.earliest() - now, this.phase.latest() - now) : note;
	}

	@Override
	void adopt(AccountNote.QuotaNote note, long age, long now) {
		super.adopt(note, age, now);
		this.takenAt = now - age;
	}

	/** Permits that a call took. */
	private record Taken(long at, double permits) {
	}

}
