package io.github.ratelimit.governor;

import io.github.ratelimit.governor.SentHistory.Mark;
import io.github.ratelimit.governor.SharedNote.QuotaNote;
import io.github.ratelimit.governor.WindowEnd.Interval;
import io.github.ratelimit.provider.dialect.Dimension;
import io.github.ratelimit.provider.dialect.Refill;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A limit whose permits come back all at once. Where the provider reports the end of a
 * window, its permits can be spent at any time. Where only the reports of the next window
 * show that one has ended, permits are spent evenly until the next end, so that a wrong
 * estimate of the end costs nothing; before the first end is seen, single calls probe for
 * it. Not thread-safe.
 */
final class FixedWindowQuota extends ReportedQuota {

	/** How many times in a window a call probes for its end at most. */
	private static final int PROBES = 20;

	/** The part of the limit that is used where permits are spent evenly. */
	private static final double EVEN = 0.97;

	/** What is left of it at the end of a window where all was right. */
	private static final double LEFT = 0.01;

	/** The part of the limit that may be spent at once where it is spent evenly. */
	private static final double AT_ONCE = 0.05;

	/** How many times as fast as on average the rest of a window is spent at most. */
	private static final double FASTEST = 3;

	private static final long SHORT_NANOS = TimeUnit.SECONDS.toNanos(15);

	private static final double GOLDEN_RATIO = 0.6180339887498949;

	private final WindowEnd end;

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

	FixedWindowQuota(Dimension dimension, long windowNanos, boolean windowAssumed, double capacity, double reserve,
			long now) {
		super(dimension, windowNanos, windowAssumed, capacity, reserve, now);
		this.end = new WindowEnd(windowNanos, now);
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
	void window(long nanos) {
		super.window(nanos);
		this.end.window(nanos);
	}

	@Override
	void advance(double rate, long now) {
		if (this.end.isOverUnseen(now) && !this.end.assumeEnd(now)) {
			// a call probes for a new report
			this.takenAt = now - windowNanos();
		}
		if (this.end.passTo(now)) {
			available(capacity() - takenSince(this.end.latestStart() - TRANSIT_NANOS), now);
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
		if (!this.end.isKnown()) {
			return average;
		}
		double left = available() - capacity() * LEFT;
		double rest = left / Math.max(windowNanos() / 100, this.end.untilLikelyNext(now));
		return Math.min(fastest() * average, Math.max(average, rest));
	}

	/** What others spend in a short window shows too late, so less is caught up. */
	private double fastest() {
		return isShort() ? 1 + (FASTEST - 1) / Math.max(1, factor().value()) : FASTEST;
	}

	private boolean isShort() {
		return windowNanos() <= SHORT_NANOS;
	}

	/** A burst in a short window of an unknown phase may fall into two windows' calls. */
	private boolean isSpentEvenly() {
		return !this.endReported && (this.end.isKnown() || isShort());
	}

	@Override
	double spendable(double need, long now) {
		double spendable = spendableAtOnce(need, now);
		boolean waits = isSpentEvenly() && this.even < Math.min(need, capacity() * AT_ONCE);
		return waits ? Math.min(this.even, spendable) : spendable;
	}

	private double spendableAtOnce(double need, long now) {
		boolean probes = !this.end.isKnown() && untilProbe(need, now) <= 0;
		return probes ? need : super.spendable(need, now);
	}

	@Override
	long waitNanos(double need, long now) {
		double missing = need - spendable(need, now);
		if (missing <= 0) {
			return 0;
		}
		if (isSpentEvenly() && need <= spendableAtOnce(need, now)) {
			return saturated(Math.ceil((Math.min(need, capacity() * AT_ONCE) - this.even) / evenRate(now)));
		}
		if (!this.end.isKnown()) {
			return saturated(untilProbe(need, now));
		}
		double windows = Math.floor(Math.max(0, missing - capacity()) / capacity());
		return saturated(this.end.untilNext(now) + windows * this.end.windowNanos());
	}

	/**
	 * Single calls out of the reserve show when a window ends for the first time. They
	 * are spread over its rest, so that some are left whenever it ends.
	 */
	private long untilProbe(double need, long now) {
		double left = available() - capacity() * LEFT;
		double rest = Math.max(0, this.end.latest() - this.takenAt);
		double pause = (need < left) ? rest * need / left : Math.min(windowNanos(), rest + WindowEnd.MARGIN_NANOS);
		return this.takenAt + (long) Math.max(windowNanos() * (1 + this.spread) / PROBES, pause) - now;
	}

	@Override
	double reserved(long now) {
		if (isSpentEvenly() && this.end.isKnown()) {
			return reserve().whereSpentEvenly(isShort(), factor().value(), now);
		}
		return this.endReported ? reserve().beforeEnd(this.end.left(now)) : super.reserved(now);
	}

	@Override
	void spend(double need, long now) {
		super.spend(need, now);
		this.takenAt = now;
		spendEvenly(need);
		this.recent.add(new Taken(now, need));
		while (now - this.recent.getFirst().at() > TRANSIT_NANOS + WindowEnd.MARGIN_NANOS) {
			this.recent.removeFirst();
		}
	}

	/** A debt is bounded like that of what is available, so that it is over in time. */
	private void spendEvenly(double permits) {
		this.even = isSpentEvenly() ? Math.max(-capacity(), this.even - permits) : this.even;
	}

	/** What others have sent is spent evenly together with the calls of this instance. */
	@Override
	void takeForOthers(double permits, long sentAt, long now) {
		if (isIncluded(sentAt) || isBefore(this.end.latestStart(), sentAt)) {
			spendEvenly(permits);
		}
		else {
			super.takeForOthers(permits, sentAt, now);
		}
	}

	/** What is spent evenly is divided, too: each instance would spend all of it. */
	@Override
	boolean exceedsPart(CallCost cost, int parts, long now) {
		return (isSpentEvenly() && exceedsPart(need(cost), this.even, parts)) || super.exceedsPart(cost, parts, now);
	}

	@Override
	double unconfirmed(InFlightCalls calls, long now) {
		boolean probes = !this.end.isKnown() && untilProbe(0, now) <= 0;
		return probes ? 0 : super.unconfirmed(calls, now);
	}

	/** A report of a window that is over is no news. */
	@Override
	boolean isNews(Mark mark, long now) {
		return super.isNews(mark, now) && !(isReported() && isBefore(this.end.latestStart(), mark.sentAt()));
	}

	/** Returns whether a call belongs to a window before the one that begins then. */
	private boolean isBefore(long start, long sentAt) {
		return this.end.isKnown() && sentAt - (start - TRANSIT_NANOS) < 0;
	}

	@Override
	void report(double limit, double remaining, Mark mark, Mark sent, long now) {
		observe(remaining, mark, now);
		super.report(limit, remaining, mark, sent, now);
	}

	@Override
	void reportOvertaken(double remaining, Mark mark, @Nullable CallCost cost, long now) {
		if (cost == null) {
			if (this.end.isKnown() && mark.sentAt() - this.end.latestStart() >= 0) {
				super.reportOvertaken(remaining, mark, null, now);
			}
			return;
		}
		observe(remaining, mark, now);
		if (!isBefore(this.end.earliest() - this.end.windowNanos(), mark.sentAt())) {
			super.reportOvertaken(remaining, mark, cost, now);
		}
	}

	/** A report of the window before shows nothing of this one. */
	@Override
	void noteOwnReport(double remaining, long sentAt) {
		if (!isBefore(this.end.earliest() - this.end.windowNanos(), sentAt)) {
			super.noteOwnReport(remaining, sentAt);
		}
	}

	private void observe(double remaining, Mark mark, long now) {
		if (!this.endReported) {
			this.end.report(remaining, capacity(), mark.sentAt(), now);
		}
	}

	@Override
	void windowEnds(long untilEnd, long sentAt, long now, boolean regularly) {
		this.endReported |= regularly;
		this.end.reportedBetween(sentAt + untilEnd, now + untilEnd, sentAt);
	}

	@Override
	void windowEndsElsewhere(long earliest, long latest) {
		this.end.endsElsewhereBetween(earliest, latest);
	}

	@Override
	@Nullable Interval seenEnd() {
		return this.end.seen();
	}

	@Override
	void adopt(QuotaNote note, long age, long now) {
		super.adopt(note, age, now);
		this.takenAt = now - age;
	}

	/** Permits that a call took. */
	private record Taken(long at, double permits) {
	}

}
