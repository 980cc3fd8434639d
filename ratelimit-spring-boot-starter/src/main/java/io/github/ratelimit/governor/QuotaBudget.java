package io.github.ratelimit.governor;

import java.time.Duration;

import io.github.ratelimit.governor.SentCalls.Mark;
import io.github.ratelimit.provider.dialect.Dimension;
import io.github.ratelimit.provider.dialect.Refill;
import org.jspecify.annotations.Nullable;

/**
 * One limit of a provider as this process knows it: the permits that are available now.
 * They refill with time, fall with each call that is sent, and are set by each report of
 * the provider. Not thread-safe.
 */
class QuotaBudget {

	/** For how long a request may be on its way before the provider charges it. */
	static final long TRANSIT_NANOS = Duration.ofMillis(300).toNanos();

	/** In capacities: a usage that is impossible would otherwise stop calls for years. */
	private static final double MOST_DEBT = 2;

	/** What another instance knew longer ago is of no use. */
	static final long ADOPTED_NANOS = Duration.ofSeconds(10).toNanos();

	private final Dimension dimension;

	private long windowNanos;

	/** Whether the window is only assumed by the dialect. */
	private boolean windowAssumed;

	private final ChargeFactor factor;

	/** When this limit was reported here or elsewhere, before it is reported here. */
	private long seenAt;

	private double capacity;

	private double available;

	private long at;

	/** The call whose report is the newest. */
	private @Nullable Mark reportMark;

	private double remaining = -1;

	/** The newest report to this instance itself, which is what it tells the others. */
	private double ownRemaining = -1;

	private long ownSentAt;

	/** The part of the capacity that this instance may use. */
	private double part = 1;

	private final Sharing.Charges charges = new Sharing.Charges();

	QuotaBudget(Dimension dimension, long windowNanos, double capacity, double available, ChargeFactor factor,
			long now) {
		this.dimension = dimension;
		this.windowNanos = windowNanos;
		this.capacity = capacity;
		this.available = available;
		this.factor = factor;
		this.at = now;
		this.seenAt = now;
	}

	Dimension dimension() {
		return this.dimension;
	}

	long windowNanos() {
		return this.windowNanos;
	}

	void assumeWindow() {
		this.windowAssumed = true;
	}

	/** Returns whether a limit whose window a report shows, or not, can be this one. */
	boolean canBe(Dimension dimension, boolean windowAssumed) {
		return this.dimension == dimension && (windowAssumed || this.windowAssumed);
	}

	/** A window that a report shows replaces one that was assumed. */
	boolean adoptWindow(Dimension dimension, long windowNanos) {
		if (this.dimension != dimension || !this.windowAssumed) {
			return false;
		}
		this.windowNanos = windowNanos;
		this.windowAssumed = false;
		return true;
	}

	/** Windows that providers compute from their numbers are slightly inexact. */
	boolean isOf(Dimension dimension, long windowNanos) {
		double ratio = (double) windowNanos / this.windowNanos;
		return this.dimension == dimension && ratio > 0.8 && ratio < 1.25;
	}

	double capacity() {
		return this.capacity;
	}

	GovernorState.QuotaState state(double share) {
		return new GovernorState.QuotaState(this.dimension, Duration.ofNanos(this.windowNanos),
				Math.round(this.capacity), Math.round(this.remaining), Math.round(this.available), this.factor.value(),
				this.capacity * share * 1e9 / this.windowNanos);
	}

	Refill refill() {
		return Refill.CONTINUOUS;
	}

	/** Returns how many permits come back in a time. */
	double refilled(long nanos) {
		return this.capacity * nanos / this.windowNanos;
	}

	/** Returns whether another window has begun between two reports. */
	boolean hasBegunAgain(double more) {
		return false;
	}

	double available() {
		return this.available;
	}

	void available(double available, long now) {
		this.available = available;
		this.at = now;
	}

	/** Returns when this limit was reported last, as far as is known. */
	long lastSeenAt() {
		return (this.reportMark != null) ? this.reportMark.sentAt() : this.seenAt;
	}

	void advance(long now, double share) {
		if (now <= this.at) {
			return;
		}
		this.available = Math.min(this.capacity * this.part, this.available + refilled(now - this.at) * share);
		this.at = now;
	}

	/** A call needs at most the capacity: its estimate may be too high. */
	double need(CallCost cost) {
		return Math.min(this.capacity, cost.permits(this.dimension) * this.factor.value());
	}

	/** Returns how long a call will be queued, as far as is known. */
	long expectedWait(double[] before, CallCost cost, double reserve, double share, long now) {
		double estimated = before[this.dimension.ordinal()] + cost.permits(this.dimension);
		return waitNanos(estimated * this.factor.toPredict(now), reserve, share, now);
	}

	/** Returns whether a call can never be sent, whatever the length of its output. */
	boolean isTooLarge(CallCost cost) {
		boolean countsInput = this.dimension == Dimension.TOKENS || this.dimension == Dimension.INPUT_TOKENS;
		return countsInput && cost.inputTokens() > this.capacity;
	}

	/**
	 * Returns after how many nanoseconds permits are available beside the reserve, at a
	 * part of the rate, from the time to which the budget was advanced.
	 */
	long waitNanos(double need, double reserve, double share, long now) {
		double missing = need - spendable(need, reserve, now);
		if (missing <= 0) {
			return 0;
		}
		return saturated(Math.ceil(missing * this.windowNanos / (this.capacity * share)));
	}

	/** Returns what can be spent now, with a call that needs so much. */
	double spendable(double need, double reserve, long now) {
		return this.available - reserve(need, reserve, now);
	}

	static long saturated(double nanos) {
		return Math.max(1, (long) Math.min(nanos, Long.MAX_VALUE / 4.0));
	}

	/** Returns how much is not spent for a call. */
	double reserve(double need, double reserve, long now) {
		return Math.max(0, Math.min(this.capacity * reserve, this.capacity - need));
	}

	void take(double need, long now) {
		this.charges.add(need);
		spend(need, now);
	}

	void spend(double need, long now) {
		this.available = bounded(this.available - need);
	}

	private double bounded(double available) {
		return Math.max(-MOST_DEBT * this.capacity, Math.min(this.capacity, available));
	}

	/** Gives back permits that the provider did not charge. */
	void giveBack(double permits, long now) {
		this.available = bounded(this.available + permits);
	}

	/** Gives back what a call did not use, or charges what it used beyond that. */
	void correct(double permits, long now) {
		double corrected = Math.max(-MOST_DEBT * this.capacity, permits);
		this.charges.correct(corrected);
		giveBack(corrected, now);
	}

	/** Before others know of it, an instance may spend its part, or send one call. */
	boolean exceedsPart(CallCost cost, double reserve, int parts, long now) {
		double need = need(cost);
		double unshared = this.charges.unshared();
		return unshared > 0 && unshared + need > (spendable(need, reserve, now) + unshared) / parts;
	}

	AccountNote.QuotaNote note(boolean configured, long now) {
		this.charges.noted();
		long sentAt = (this.ownRemaining >= 0) ? this.ownSentAt : lastSeenAt();
		return new AccountNote.QuotaNote(configured, this.dimension, refill(), this.windowNanos, this.capacity,
				this.available, this.factor.value(), configured ? this.charges.total() : 0, 1, 0, this.ownRemaining,
				Math.max(0, now - sentAt), this.windowAssumed);
	}

	Sharing.Charges charges() {
		return this.charges;
	}

	/** Takes what another instance has charged, or gives back what it has. */
	void takeForOthers(double permits, long now) {
		if (permits > 0) {
			spend(permits, now);
		}
		else {
			giveBack(-permits, now);
		}
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

	/** From now on each of so many instances uses a part of the limit. */
	void divide(int instances, double reserve) {
		this.part = reserve + (1 - reserve) / instances;
		double kept = this.capacity * reserve;
		this.available = Math.min(this.available, kept + Math.max(0, this.available - kept) / instances);
	}

	ChargeFactor factor() {
		return this.factor;
	}

	/** Begins with what another instance knew a short time ago. */
	void adopt(AccountNote.QuotaNote note, long age, long now) {
		this.available = bounded(note.available() + refilled(age));
		this.factor.adopt(note.factor());
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
		advance(now, 1);
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
		this.capacity = (limit > 0) ? limit : Math.max(this.capacity, remaining);
		this.factor.learn(this, remaining, mark.sentAt(), mark.charged(this.dimension));
		double estimated = Math.max(0, sent.charged(this.dimension) - mark.charged(this.dimension));
		double sentSince = estimated * this.factor.value();
		double refilled = remaining + refilled(now - Math.min(now, mark.sentAt() + TRANSIT_NANOS));
		// how much could not refill because nothing was missing is unknown
		double least = Math.min(this.capacity, refilled) - sentSince;
		this.available = bounded(Math.max(least, Math.min(refilled - sentSince, this.available)));
		this.at = now;
		this.remaining = remaining;
		this.reportMark = mark;
	}

	/** Notes a report to this instance itself. */
	void noteOwnReport(double remaining, long sentAt) {
		if (this.ownRemaining < 0 || sentAt - this.ownSentAt > 0) {
			this.ownSentAt = sentAt;
			this.ownRemaining = remaining;
		}
		else if (this.ownSentAt - sentAt <= UnconfirmedCalls.OVERTAKEN_NANOS) {
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
		if (lastSeenAt() - mark.sentAt() <= UnconfirmedCalls.OVERTAKEN_NANOS && remaining <= this.remaining) {
			this.remaining = remaining;
			this.available = (cost != null) ? bounded(this.available - need(cost))
					: Math.min(this.available, remaining + refilled(now - mark.sentAt()));
		}
	}

	/** Returns what calls need that the newest report may not include. */
	double unconfirmed(UnconfirmedCalls calls, long now) {
		return isReported() ? calls.overtaken(this.dimension, lastSeenAt(), now) * this.factor.value() : 0;
	}

	/** A report shows when the window ends, if there is one. */
	void windowEnds(long earliest, long latest, boolean regularly) {
	}

	/** Another instance has seen when the window ends, if there is one. */
	void windowEndsElsewhere(long earliest, long latest) {
	}

}
