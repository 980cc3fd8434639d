package io.github.ratelimit.governor;

import io.github.ratelimit.governor.SentHistory.Mark;
import io.github.ratelimit.governor.SharedNote.QuotaNote;
import io.github.ratelimit.governor.WindowEnd.Interval;
import io.github.ratelimit.provider.dialect.Dimension;
import io.github.ratelimit.provider.dialect.Refill;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A limit that the provider reports: each report sets what is available, less what was
 * sent after the reported call. Its permits come back a little at a time, unless a
 * {@link FixedWindowQuota} says otherwise. Not thread-safe.
 */
class ReportedQuota extends QuotaBalance {

	/** For how long a request may be on its way before the provider charges it. */
	static final long TRANSIT_NANOS = Duration.ofMillis(300).toNanos();

	/** The time until it is looked again whether calls in flight are answered. */
	private static final long SOON_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

	/**
	 * A limit that is not reported for so long, and so many windows, may be none any
	 * more.
	 */
	private static final long FORGOTTEN_NANOS = TimeUnit.MINUTES.toNanos(5);

	private static final long FORGOTTEN_WINDOWS = 2;

	/** A configured limit below this part of the provider's is the application's own. */
	private static final double SAME_LIMIT = 0.98;

	/** Whether the window is only assumed by the dialect. */
	private boolean windowAssumed;

	/** When this limit was reported here or elsewhere, before it is reported here. */
	private long seenAt;

	/** The call whose report is the newest. */
	private @Nullable Mark reportMark;

	private double remaining = -1;

	/** The newest report to this instance itself, which is what it tells the others. */
	private double ownRemaining = -1;

	private long ownSentAt;

	/**
	 * By how much more than their estimates calls since the newest report were charged,
	 * because of the initial factor.
	 */
	private double precaution;

	ReportedQuota(Dimension dimension, long windowNanos, boolean windowAssumed, double capacity, double reserve,
			long now) {
		super(dimension, windowNanos, capacity, new EstimateFactor(EstimateFactor.UNKNOWN, now), reserve, now);
		this.windowAssumed = windowAssumed;
		this.seenAt = now;
	}

	/** Returns whether a limit whose window a report shows, or not, can be this one. */
	boolean canBe(Dimension dimension, boolean windowAssumed) {
		return dimension() == dimension && (windowAssumed || this.windowAssumed);
	}

	/** A window that a report shows replaces one that was assumed. */
	void adoptWindow(long windowNanos, boolean windowAssumed) {
		if (this.windowAssumed && !windowAssumed) {
			window(windowNanos);
			this.windowAssumed = false;
		}
	}

	/** Returns whether this limit replaces a configured one. */
	boolean replaces(QuotaBalance configured) {
		return isOf(configured.dimension(), configured.windowNanos())
				&& configured.capacity() >= capacity() * SAME_LIMIT;
	}

	Refill refill() {
		return Refill.CONTINUOUS;
	}

	@Override
	double remaining() {
		return this.remaining;
	}

	/** Returns whether another window has begun between two reports. */
	boolean hasBegunAgain(double more) {
		return false;
	}

	/** Returns when this limit was reported last, as far as is known. */
	long lastSeenAt() {
		return (this.reportMark != null) ? this.reportMark.sentAt() : this.seenAt;
	}

	@Override
	boolean isForgotten(long now) {
		return isForgotten(now - lastSeenAt(), windowNanos());
	}

	static boolean isForgotten(long nanos, long windowNanos) {
		return nanos > Math.max(FORGOTTEN_NANOS, FORGOTTEN_WINDOWS * windowNanos);
	}

	@Override
	long waitNanos(CallCost cost, InFlightCalls inFlight, long now) {
		double need = need(cost);
		long wait = waitNanos(need, now);
		double unconfirmed = unconfirmed(inFlight, now);
		if (wait == 0 && unconfirmed > 0) {
			// their answers, or the end of their longest time, will show it soon
			return Math.min(SOON_NANOS, waitNanos(need + unconfirmed, now));
		}
		return wait;
	}

	@Override
	long expectedWait(double[] before, CallCost cost, long now) {
		double factor = factor().toPredict(now);
		double estimated = before[dimension().ordinal()] + cost.permits(dimension());
		return waitNanos(estimated * factor - ((factor < factor().value()) ? this.precaution : 0), now);
	}

	/** A limit that has refilled charges no precaution any more. */
	@Override
	void advance(double rate, long now) {
		super.advance(rate, now);
		this.precaution = Math.min(this.precaution, capacity() - available());
	}

	@Override
	void take(double need, long now) {
		super.take(need, now);
		this.precaution += need * precautionary(now);
	}

	/** Gives back what a call took that was not sent. */
	void giveBack(CallCost cost, long now) {
		double need = need(cost);
		giveBack(need);
		this.precaution = Math.max(0, this.precaution - need * precautionary(now));
	}

	/**
	 * Returns which part of a charge is a precaution, and no estimate. In fixed windows
	 * none is, because more queued calls take more of the reserve of several instances.
	 */
	private double precautionary(long now) {
		return (refill() == Refill.CONTINUOUS) ? Math.max(0, 1 - factor().toPredict(now) / factor().value()) : 0;
	}

	/** Returns what calls need that the newest report may not include. */
	double unconfirmed(InFlightCalls calls, long now) {
		return isReported() ? calls.overtaken(dimension(), lastSeenAt(), now) * factor().value() : 0;
	}

	@Override
	QuotaNote note(long now) {
		noted();
		Interval end = seenEnd();
		long sentAt = (this.ownRemaining >= 0) ? this.ownSentAt : lastSeenAt();
		return new QuotaNote(false, dimension(), refill(), windowNanos(), capacity(), available(), factor().value(), 0,
				(end != null) ? end.earliest() - now : 1, (end != null) ? end.latest() - now : 0, this.ownRemaining,
				Math.max(0, now - sentAt), this.windowAssumed);
	}

	/** Returns when this instance has seen the current window end, null if it has not. */
	@Nullable Interval seenEnd() {
		return null;
	}

	/** What another instance has sent is subtracted if the report does not include it. */
	void takeForOthers(double permits, long sentAt, long now) {
		takeForOthers(isIncluded(sentAt) ? 0 : permits, now);
	}

	boolean isReported() {
		return this.reportMark != null;
	}

	/** Returns whether the newest report includes what was sent at a time. */
	boolean isIncluded(long sentAt) {
		return this.reportMark != null && sentAt - this.reportMark.sentAt() <= 0;
	}

	/** Begins with what another instance knew a short time ago. */
	void adopt(QuotaNote note, long age, long now) {
		available(bounded(note.available() + refilled(age)), now);
		factor().adopt(note.factor());
		this.seenAt = now - age - note.reportNanos();
	}

	/**
	 * Returns whether the report of a call is newer than the current state, and does not
	 * belong to a past window.
	 */
	boolean isNews(Mark mark, long now) {
		if (this.reportMark == null) {
			return true;
		}
		advance(1, now);
		return mark.isAfter(this.reportMark);
	}

	/**
	 * Sets what is available to what the provider reports.
	 * @param limit the provider's limit, 0 if it is not reported
	 * @param remaining what was left when it took the call
	 * @param mark when the call was sent
	 * @param sent what has been sent by now
	 * @param now the time
	 */
	void report(double limit, double remaining, Mark mark, Mark sent, long now) {
		capacity((limit > 0) ? limit : Math.max(capacity(), remaining));
		factor().learn(this, remaining, mark.sentAt(), mark.charged(dimension()));
		double estimated = Math.max(0, sent.charged(dimension()) - mark.charged(dimension()));
		double sentSince = estimated * factor().value();
		this.precaution = sentSince * precautionary(now);
		double refilled = remaining + refilled(now - Math.min(now, mark.sentAt() + TRANSIT_NANOS));
		// how much could not refill because nothing was missing is unknown
		double least = Math.min(capacity(), refilled) - sentSince;
		available(bounded(Math.max(least, Math.min(refilled - sentSince, available()))), now);
		this.remaining = remaining;
		this.reportMark = mark;
	}

	/** Notes a report to this instance itself. */
	void noteOwnReport(double remaining, long sentAt) {
		if (this.ownRemaining < 0 || sentAt - this.ownSentAt > 0) {
			this.ownSentAt = sentAt;
			this.ownRemaining = remaining;
		}
		else if (this.ownSentAt - sentAt <= InFlightCalls.OVERTAKEN_NANOS) {
			this.ownRemaining = Math.min(this.ownRemaining, remaining);
		}
	}

	/**
	 * Uses the report of a call that was sent shortly before the one that has reported
	 * last. If it reports less, the provider has taken it later, and the last report did
	 * not include it.
	 * @param cost its cost, null for a call of another instance
	 */
	void reportOvertaken(double remaining, Mark mark, @Nullable CallCost cost, long now) {
		if (lastSeenAt() - mark.sentAt() <= InFlightCalls.OVERTAKEN_NANOS && remaining <= this.remaining) {
			this.remaining = remaining;
			available((cost != null) ? bounded(available() - need(cost))
					: Math.min(available(), remaining + refilled(now - mark.sentAt())), now);
		}
	}

	/** A report shows when the window ends, if there is one. */
	void windowEnds(long untilEnd, long sentAt, long now, boolean regularly) {
	}

	/** Another instance has seen when the window ends, if there is one. */
	void windowEndsElsewhere(long earliest, long latest) {
	}

}
