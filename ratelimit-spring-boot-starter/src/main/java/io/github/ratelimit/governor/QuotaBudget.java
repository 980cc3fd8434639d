package io.github.ratelimit.governor;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;

import io.github.ratelimit.provider.dialect.Dimension;
import io.github.ratelimit.provider.dialect.Refill;

/**
 * One limit of a provider as this process knows it: the permits that are available now.
 * They refill with time, fall with each call that is sent, and are set by each report of
 * the provider. Not thread-safe.
 */
final class QuotaBudget {

	/** How long a request may be in transit before the provider charges it. */
	private static final long TRANSIT_NANOS = TimeUnit.MILLISECONDS.toNanos(300);

	/**
	 * A report that exceeds the last one by this part of the limit belongs to the next
	 * window.
	 */
	private static final double JUMP = 0.2;

	/**
	 * How often in a window a call checks whether it has ended, if no report shows it.
	 */
	private static final int PROBES = 20;

	/** After this time the learned factor no longer depends on its initial value. */
	private static final long LEARNING_NANOS = TimeUnit.SECONDS.toNanos(30);

	private static final long LEARN_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

	private final Dimension dimension;

	private long windowNanos;

	/** Whether the window is only assumed by the dialect. */
	private boolean windowAssumed;

	private final Refill refill;

	private final ChargeFactor factor;

	private final long createdAt;

	private final WindowPhase phase;

	private long takenAt;

	private double capacity;

	private double available;

	private long at;

	/** The call whose report is the newest. */
	private long reportSequence;

	private long reportSentAt;

	private boolean reported;

	private double remaining = -1;

	/** The report from which the factor is learned next. */
	private long learnSentAt;

	private double learnCharged;

	private double learnRemaining;

	/** What calls took a short time ago; only for a fixed window. */
	private final Deque<Taken> recent = new ArrayDeque<>(0);

	QuotaBudget(Dimension dimension, long windowNanos, Refill refill, double capacity, double available,
			ChargeFactor factor, long now) {
		this.dimension = dimension;
		this.windowNanos = windowNanos;
		this.refill = refill;
		this.capacity = capacity;
		this.available = available;
		this.factor = factor;
		this.at = now;
		this.createdAt = now;
		this.phase = new WindowPhase(windowNanos, now);
		this.takenAt = now;
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

	/** A window that a report shows replaces one that was assumed. */
	boolean adoptWindow(Dimension dimension, long windowNanos) {
		if (this.dimension != dimension || !this.windowAssumed) {
			return false;
		}
		this.windowNanos = windowNanos;
		this.phase.window(windowNanos);
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

	void advance(long now, double share) {
		if (now <= this.at) {
			return;
		}
		if (this.refill == Refill.CONTINUOUS) {
			this.available = Math.min(this.capacity,
					this.available + this.capacity * share * (now - this.at) / this.windowNanos);
		}
		else if (this.phase.passTo(now)) {
			this.available = this.capacity - takenSince(this.phase.latestStart() - TRANSIT_NANOS);
		}
		else if (!this.phase.isKnown() && now - this.takenAt >= this.windowNanos) {
			this.available = this.capacity;
		}
		this.at = now;
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
	 * A call needs at most what is available when nothing is used: its estimate may be
	 * too high.
	 */
	double need(CallCost cost) {
		return Math.min(this.capacity, cost.permits(this.dimension) * this.factor.value());
	}

	/**
	 * Returns how long a call will be queued, as far as is known. The initial factor is a
	 * precaution, and not used to predict waits.
	 */
	long expectedWait(double[] before, CallCost cost, double reserve, double share, long now) {
		double factor = (now - this.createdAt < LEARNING_NANOS) ? 1 : this.factor.value();
		double estimated = before[this.dimension.ordinal()] + cost.permits(this.dimension);
		return waitNanos(estimated * factor, reserve, share, now);
	}

	/**
	 * Returns whether a call can never be sent, however long it waits. The length of its
	 * output is unknown.
	 */
	boolean isTooLarge(CallCost cost) {
		return switch (this.dimension) {
			case TOKENS, INPUT_TOKENS -> cost.inputTokens() > this.capacity;
			case REQUESTS, OUTPUT_TOKENS -> false;
		};
	}

	/**
	 * Returns after what time permits are available.
	 * @param need the permits
	 * @param reserve the part of the capacity that is never spent
	 * @param share the part of the rate that may be used
	 * @param now the time, to which the budget was advanced
	 * @return nanoseconds, 0 if they are available now
	 */
	long waitNanos(double need, double reserve, double share, long now) {
		double missing = need + reserve(need, reserve, now) - this.available;
		if (missing <= 0) {
			return 0;
		}
		if (this.refill == Refill.FIXED_WINDOW && !this.phase.isKnown()) {
			return untilProbe(need, now);
		}
		if (this.refill == Refill.FIXED_WINDOW) {
			double windows = Math.floor(Math.max(0, missing - this.capacity) / this.capacity);
			return saturated(this.phase.untilNext(now) + windows * this.windowNanos);
		}
		return saturated(Math.ceil(missing * this.windowNanos / (this.capacity * share)));
	}

	/**
	 * Single calls out of the reserve show when a window ends, if no report does.
	 */
	private long untilProbe(double need, long now) {
		long pause = (need <= this.available) ? this.windowNanos / PROBES : this.windowNanos;
		return Math.max(0, this.takenAt + pause - now);
	}

	private static long saturated(double nanos) {
		return Math.max(1, (long) Math.min(nanos, Long.MAX_VALUE / 4.0));
	}

	/**
	 * What is left of a window at its end is lost, so a fixed window's reserve shrinks
	 * with the rest of the window.
	 */
	private double reserve(double need, double reserve, long now) {
		double kept = this.capacity * reserve;
		if (this.refill == Refill.FIXED_WINDOW) {
			kept *= this.phase.isKnown() ? Math.max(0.3, this.phase.left(now)) : 1;
		}
		return Math.max(0, Math.min(kept, this.capacity - need));
	}

	void take(double need, long now) {
		this.takenAt = now;
		this.available -= need;
		if (this.refill == Refill.FIXED_WINDOW) {
			this.recent.add(new Taken(now, need));
			while (now - this.recent.getFirst().at() > TRANSIT_NANOS + WindowPhase.MARGIN_NANOS) {
				this.recent.removeFirst();
			}
		}
	}

	/** Gives back permits that the provider did not charge. */
	void giveBack(double permits) {
		this.available = Math.min(this.capacity, this.available + permits);
	}

	/** Lowers the permits to at most this number, as the provider has refused a call. */
	void lower(double atMost) {
		this.available = Math.min(this.available, atMost);
	}

	/**
	 * Returns whether the report of a call is newer than the current state, and does not
	 * belong to a past window.
	 */
	boolean isNews(Mark mark, long now) {
		if (!this.reported) {
			return true;
		}
		advance(now, 1);
		return mark.sequence() > this.reportSequence && (this.refill == Refill.CONTINUOUS || !this.phase.isKnown()
				|| mark.sentAt() - (this.phase.latestStart() - TRANSIT_NANOS) >= 0);
	}

	/**
	 * Sets what is available to what the provider reports.
	 * @param limit the provider's limit, 0 if it is not reported
	 * @param remaining what the provider had left when it took the call
	 * @param mark when the call was sent
	 * @param sent what this process has sent by now
	 * @param now the time
	 */
	void report(double limit, double remaining, Mark mark, Mark sent, long now) {
		this.capacity = (limit > 0) ? limit : Math.max(this.capacity, remaining);
		if (this.refill == Refill.FIXED_WINDOW && this.reported && remaining - this.remaining > this.capacity * JUMP) {
			this.phase.endsBetween(this.reportSentAt + this.windowNanos, now + this.windowNanos);
		}
		learn(remaining, mark.sentAt(), mark.charged(this.dimension));
		double sentSince = (sent.charged(this.dimension) - mark.charged(this.dimension)) * this.factor.value();
		long refilling = now - Math.min(now, mark.sentAt() + TRANSIT_NANOS);
		double refilled = (this.refill == Refill.CONTINUOUS) ? this.capacity * refilling / this.windowNanos : 0;
		this.available = Math.min(this.capacity, remaining - sentSince + refilled);
		this.at = now;
		this.reported = true;
		this.remaining = remaining;
		this.reportSequence = mark.sequence();
		this.reportSentAt = mark.sentAt();
	}

	/**
	 * Uses the report of a call that was sent shortly before the one that has reported
	 * last. If it reports less, the provider has taken it later, and the last report did
	 * not include it.
	 */
	void reportOvertaken(double remaining, Mark mark, CallCost cost) {
		if (this.reportSentAt - mark.sentAt() <= UnconfirmedCalls.OVERTAKEN_NANOS && remaining <= this.remaining) {
			this.remaining = remaining;
			this.available -= need(cost);
		}
	}

	/** Returns what calls need that the newest report may not include. */
	double unconfirmed(UnconfirmedCalls calls, long now) {
		return this.reported ? calls.overtaken(this.dimension, this.reportSentAt, now) * this.factor.value() : 0;
	}

	/** Notes that a report shows the end of the window. */
	void windowEnds(long earliest, long latest) {
		this.phase.endsBetween(earliest, latest);
	}

	private void learn(double remaining, long sentAt, double chargedThen) {
		long nanos = sentAt - this.learnSentAt;
		if (this.reported && nanos < LEARN_NANOS) {
			return;
		}
		if (this.reported) {
			double refilled = (this.refill == Refill.CONTINUOUS) ? this.capacity * nanos / this.windowNanos : 0;
			double total = this.learnRemaining + refilled - remaining;
			boolean full = remaining >= this.capacity * 0.98;
			boolean newWindow = this.refill == Refill.FIXED_WINDOW && remaining > this.learnRemaining;
			if (!full && !newWindow) {
				this.factor.learn(chargedThen - this.learnCharged, total, nanos);
			}
		}
		this.learnSentAt = sentAt;
		this.learnCharged = chargedThen;
		this.learnRemaining = remaining;
	}

	/**
	 * Learns the error of this process's estimates from the usage of a call.
	 */
	void learnUsage(double estimated, double actual) {
		if (estimated > 0 && actual > 0) {
			this.factor.learnUsage(estimated, actual);
		}
	}

	/** Permits that a call took. */
	private record Taken(long at, double permits) {
	}

}
