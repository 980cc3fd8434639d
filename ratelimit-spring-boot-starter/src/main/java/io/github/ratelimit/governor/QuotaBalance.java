package io.github.ratelimit.governor;

import io.github.ratelimit.governor.GovernorSettings.ConfiguredQuota;
import io.github.ratelimit.governor.GovernorState.QuotaState;
import io.github.ratelimit.governor.SharedNote.QuotaNote;
import io.github.ratelimit.provider.dialect.Dimension;
import io.github.ratelimit.provider.dialect.Refill;
import java.time.Duration;

/**
 * One limit of a provider as this process knows it: the permits that are available now.
 * They refill with time, and fall with each call that is sent. Not thread-safe.
 */
class QuotaBalance {

	/** In capacities: a usage that is impossible would otherwise stop calls for years. */
	private static final double MOST_DEBT = 2;

	private final Dimension dimension;

	private long windowNanos;

	private final EstimateFactor factor;

	private final Reserve reserve;

	private final long createdAt;

	private double capacity;

	private double available;

	private long at;

	/** The part of the capacity that this instance may use. */
	private double part = 1;

	/** The part of the rate that this instance uses. */
	private double rate = 1;

	/** What this instance has charged, as corrected since. */
	private double charged;

	/** What this instance has charged that no shared note includes. */
	private double unshared;

	/** The part of that which the last note includes. */
	private double noted;

	/** Creates a configured limit, which is full. */
	QuotaBalance(ConfiguredQuota quota, double reserve, long now) {
		this(quota.dimension(), RetryAfterGate.nanos(quota.window()), quota.permits(), new EstimateFactor(1, now),
				reserve, now);
		this.available = this.capacity;
	}

	/** Creates a limit without available permits. */
	QuotaBalance(Dimension dimension, long windowNanos, double capacity, EstimateFactor factor, double reserve,
			long now) {
		this.dimension = dimension;
		this.windowNanos = windowNanos;
		this.capacity = capacity;
		this.factor = factor;
		this.reserve = new Reserve(reserve, now);
		this.createdAt = now;
		this.at = now;
	}

	Dimension dimension() {
		return this.dimension;
	}

	long windowNanos() {
		return this.windowNanos;
	}

	void window(long nanos) {
		this.windowNanos = nanos;
	}

	/** Windows that providers compute from their numbers are slightly inexact. */
	boolean isOf(Dimension dimension, long windowNanos) {
		double ratio = (double) windowNanos / this.windowNanos;
		return this.dimension == dimension && ratio > 0.8 && ratio < 1.25;
	}

	double capacity() {
		return this.capacity;
	}

	void capacity(double capacity) {
		this.capacity = capacity;
	}

	EstimateFactor factor() {
		return this.factor;
	}

	Reserve reserve() {
		return this.reserve;
	}

	/**
	 * Returns whether the limit was reported too long ago to be believed. A configured
	 * one is believed at any time.
	 */
	boolean isForgotten(long now) {
		return false;
	}

	/** Returns what the provider reported last, -1 if it does not report. */
	double remaining() {
		return -1;
	}

	QuotaState state() {
		return new QuotaState(this.dimension, Duration.ofNanos(this.windowNanos), Math.round(this.capacity),
				Math.round(remaining()), Math.round(this.available), this.factor.value(),
				this.capacity * this.rate * 1e9 / this.windowNanos);
	}

	/** Returns how many permits come back in a time. */
	double refilled(long nanos) {
		return this.capacity * nanos / this.windowNanos;
	}

	double available() {
		return this.available;
	}

	void available(double available, long now) {
		this.available = available;
		this.at = now;
	}

	/** Lets permits come back at a part of the rate. */
	void advance(double rate, long now) {
		this.rate = rate;
		if (now > this.at) {
			this.available = Math.min(this.capacity * this.part, this.available + refilled(now - this.at) * rate);
			this.at = now;
		}
	}

	/** A call needs at most the capacity: its estimate may be too high. */
	double need(CallCost cost) {
		return Math.min(this.capacity, cost.permits(this.dimension) * this.factor.value());
	}

	/** Returns whether a call can never be sent, whatever the length of its output. */
	boolean isTooLarge(CallCost cost) {
		boolean countsInput = this.dimension == Dimension.TOKENS || this.dimension == Dimension.INPUT_TOKENS;
		return countsInput && cost.inputTokens() > this.capacity;
	}

	/** Returns how long a call will be queued, as far as is known. */
	long expectedWait(double[] before, CallCost cost, long now) {
		double estimated = before[this.dimension.ordinal()] + cost.permits(this.dimension);
		return waitNanos(estimated * this.factor.toPredict(now), now);
	}

	/** Returns after how many nanoseconds a call can be sent, 0 if it can be sent now. */
	long waitNanos(CallCost cost, InFlightCalls inFlight, long now) {
		return waitNanos(need(cost), now);
	}

	/**
	 * Returns after how many nanoseconds permits are available beside the reserve, from
	 * the time to which the limit was advanced.
	 */
	long waitNanos(double need, long now) {
		double missing = need - spendable(need, now);
		if (missing <= 0) {
			return 0;
		}
		return saturated(Math.ceil(missing * this.windowNanos / (this.capacity * this.rate)));
	}

	static long saturated(double nanos) {
		return Math.max(1, (long) Math.min(nanos, Long.MAX_VALUE / 4.0));
	}

	/** Returns what can be spent now, with a call that needs so much. */
	double spendable(double need, long now) {
		return this.available - Math.max(0, Math.min(this.capacity * reserved(now), this.capacity - need));
	}

	/** Returns the part of the capacity that is not spent. */
	double reserved(long now) {
		return this.reserve.part();
	}

	void take(double need, long now) {
		this.charged += need;
		this.unshared += need;
		spend(need, now);
	}

	void spend(double need, long now) {
		this.available = bounded(this.available - need);
	}

	double bounded(double available) {
		return Math.max(-MOST_DEBT * this.capacity, Math.min(this.capacity, available));
	}

	/** Gives back permits that the provider did not charge. */
	void giveBack(double permits) {
		this.available = bounded(this.available + permits);
	}

	/** Gives back what a call did not use, or charges what it used beyond that. */
	void correct(double permits) {
		double corrected = Math.max(-MOST_DEBT * this.capacity, permits);
		this.charged -= corrected;
		giveBack(corrected);
	}

	/** Takes what another instance has charged, or gives back what it has. */
	void takeForOthers(double permits, long now) {
		if (permits > 0) {
			spend(permits, now);
		}
		else {
			giveBack(-permits);
		}
	}

	/** Before others know of it, an instance may spend its part, or send one call. */
	boolean exceedsPart(CallCost cost, int parts, long now) {
		double need = need(cost);
		return exceedsPart(need, spendable(need, now), parts);
	}

	boolean exceedsPart(double need, double spendable, int parts) {
		return this.unshared > 0 && this.unshared + need > (spendable + this.unshared) / parts;
	}

	/** From now on each of so many instances uses a part of the limit. */
	void divide(int instances) {
		this.part = this.reserve.part() + (1 - this.reserve.part()) / instances;
		double kept = this.capacity * this.reserve.part();
		this.available = Math.min(this.available, kept + Math.max(0, this.available - kept) / instances);
	}

	/** Returns what the other instances should know. */
	QuotaNote note(long now) {
		noted();
		return new QuotaNote(true, this.dimension, Refill.CONTINUOUS, this.windowNanos, this.capacity, this.available,
				this.factor.value(), this.charged, 1, 0, -1, Math.max(0, now - this.createdAt), false);
	}

	/** A note includes all that was charged. */
	void noted() {
		this.noted = this.unshared;
	}

	/** The others have that note. */
	void noteShared() {
		this.unshared = Math.max(0, this.unshared - this.noted);
		this.noted = 0;
	}

}
