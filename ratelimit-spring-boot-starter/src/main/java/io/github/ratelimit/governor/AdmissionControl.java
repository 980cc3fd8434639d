package io.github.ratelimit.governor;

import io.github.ratelimit.governor.CallRefusedException.Reason;
import io.github.ratelimit.governor.GovernorState.QuotaState;
import io.github.ratelimit.governor.OtherInstances.Change;
import io.github.ratelimit.governor.SentHistory.Mark;
import io.github.ratelimit.governor.SharedNote.QuotaNote;
import io.github.ratelimit.provider.dialect.Dimension;
import io.github.ratelimit.provider.dialect.ProviderSnapshot;
import io.github.ratelimit.provider.dialect.Quota;
import io.github.ratelimit.provider.dialect.Throttle;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether a call of one key may be sent now, by all that is known: the limits,
 * the calls in flight, the gate, the slow start, and the notes of other instances. Not
 * thread-safe: guarded by the {@link Governor}.
 */
final class AdmissionControl {

	private final GovernorSettings settings;

	private final @Nullable NoteExchange exchange;

	private final InFlightCalls inFlight;

	private final QuotaReports reports;

	private final AccountQuotas quotas;

	private final RetryAfterGate gate;

	private final InFlightLimit inFlightLimit;

	private final SentHistory sent;

	private final long createdAt;

	private long lastCut;

	AdmissionControl(GovernorSettings settings, Function<Dimension, Duration> defaultWindow,
			@Nullable NoteExchange exchange, long now) {
		this.settings = settings;
		this.exchange = exchange;
		this.createdAt = now;
		this.inFlight = new InFlightCalls(now);
		this.reports = new QuotaReports(settings, defaultWindow);
		this.quotas = new AccountQuotas(settings, this.reports.quotas(), this.inFlight, now);
		this.sent = new SentHistory(exchange != null, now);
		this.gate = new RetryAfterGate(settings.longestGate(), now);
		this.inFlightLimit = new InFlightLimit(settings.maxConcurrent(),
				!settings.reports() && this.quotas.isConfigured(), now);
		this.lastCut = now - 1;
	}

	/**
	 * Takes what a call needs, if it is available.
	 * @param cost the call
	 * @param maxWait how long the call may still wait
	 * @param now the time
	 * @return 0 if it was taken; otherwise the time after which to try again,
	 * {@link Long#MAX_VALUE} if only the end of another call can help
	 */
	long take(CallCost cost, long maxWait, long now) {
		long wait = (this.exchange != null) ? this.exchange.untilHeard(maxWait, now) : 0;
		wait = Math.max(wait, this.gate.waitNanos(now));
		if (wait <= 0) {
			wait = this.inFlightLimit.waitNanos(this.inFlight.count(), now);
		}
		if (wait <= 0) {
			wait = this.quotas.waitNanos(cost, now);
		}
		if (wait <= 0 && this.exchange != null && this.quotas.exceedsPart(cost, this.exchange.parts(), now)) {
			wait = this.exchange.changedSoon();
		}
		if (wait <= 0) {
			charge(cost, now);
		}
		return wait;
	}

	/** Counts a call as sent, whether or not its permits are available. */
	void charge(CallCost cost, long now) {
		this.sent.add(cost, this.quotas.take(cost, now), now);
		this.inFlight.add(cost, now);
		changed(true);
	}

	private void changed(boolean changed) {
		if (this.exchange != null && changed) {
			this.exchange.changed();
		}
	}

	/** Returns the mark of the call that was charged last. */
	Mark sent() {
		return this.sent.last();
	}

	/** Returns how many calls are in flight. */
	int inFlight() {
		return this.inFlight.count();
	}

	/** Returns whether a call needs more than the capacity of a limit. */
	boolean isTooLarge(CallCost cost, long now) {
		return this.quotas.isTooLarge(cost, now);
	}

	/**
	 * Returns how long a call will be queued, as far as is known.
	 * @param before what the calls before it need together, by dimension
	 * @param cost the call
	 * @param now the time
	 * @return nanoseconds
	 */
	long expectedWait(double[] before, CallCost cost, long now) {
		return Math.max(this.gate.waitNanos(now), this.quotas.expectedWait(before, cost, now));
	}

	/** Returns the reason for which a call would wait longer than it may. */
	Reason tooLong(long maxWait, long now) {
		return (this.gate.waitNanos(now) > maxWait) ? Reason.THROTTLED : Reason.WAIT_TOO_LONG;
	}

	/**
	 * Uses what a response reports.
	 * @param mark its call
	 * @param cost the expected cost of the call
	 * @param snapshot the report
	 * @param served whether the provider has served the call
	 * @param now the time
	 */
	void report(Mark mark, CallCost cost, ProviderSnapshot snapshot, boolean served, long now) {
		boolean reports = false;
		for (Quota quota : snapshot.quotas()) {
			if (quota.remaining() != Quota.UNKNOWN) {
				this.reports.report(this.sent.corrected(mark), cost, quota, this.sent.last(), served, now);
				reports = true;
			}
		}
		changed(reports);
		this.inFlightLimit.report(reports, served, this.quotas.isConfigured());
		Throttle throttle = snapshot.throttle();
		if (throttle != null) {
			throttled(mark, throttle, now);
		}
		if (served) {
			this.gate.succeeded();
			this.inFlightLimit.served(inFlight());
		}
	}

	private void throttled(Mark mark, Throttle throttle, long now) {
		boolean first = mark.sentAt() - this.lastCut > 0;
		this.gate.close(throttle, first, now);
		if (this.exchange != null) {
			this.exchange.changedSoon();
		}
		if (!first || !throttle.isRetryable()) {
			return;
		}
		this.lastCut = now;
		if (throttle.kind() == Throttle.Kind.RATE_LIMITED) {
			this.quotas.underestimated(throttle.dimension());
		}
		if (throttle.kind() == Throttle.Kind.OVERLOADED || !this.inFlightLimit.isKnown()) {
			this.inFlightLimit.cut(inFlight());
		}
		else if (!this.quotas.isReported()) {
			this.quotas.cut(throttle.dimension(), now);
		}
	}

	/** Notes that a call has been answered, or ends without an answer. */
	void answered(Mark mark, CallCost cost) {
		this.inFlight.answered(cost, mark.sentAt());
	}

	/** Ends a call, and corrects its charge by its usage. */
	void settle(Mark mark, CallCost estimated, CallCost actual) {
		this.inFlight.remove();
		this.quotas.settle(mark, estimated, actual);
		changed(this.quotas.isConfigured() && !estimated.equals(actual));
	}

	/** Ends a call that was never sent, and gives back its permits. */
	void giveBack(Mark mark, CallCost cost, long now) {
		this.inFlight.remove();
		this.quotas.giveBack(mark, cost, now);
		this.sent.remove(mark, cost);
		changed(true);
	}

	/** Returns what the other instances should know. */
	SharedNote note(long now) {
		List<QuotaNote> quotas = this.quotas.notes(now);
		return new SharedNote(now - this.createdAt, this.sent.total(), this.gate.waitNanos(now),
				this.quotas.share().value(), now - this.lastCut, this.inFlightLimit.isKnown(), quotas,
				this.sent.notes(now), this.inFlight.notes(quotas, now));
	}

	/**
	 * Uses what the other instances have done since the last exchange.
	 * @param changes the newest first
	 * @param first whether this is the first exchange
	 * @param now the time
	 */
	void together(List<Change> changes, boolean first, long now) {
		this.quotas.divide(1, now);
		for (Change change : changes) {
			this.sent.addOfOthers(change.sent(), now);
			this.quotas.takeForOthers(change, now);
		}
		this.inFlight.ofOthers(changes);
		this.sent.remember(now);
		this.quotas.noteShared();
		for (Change change : changes) {
			learn(change, change.note(), change.ageNanos(), now);
		}
		if (first) {
			this.quotas.join(changes, now);
		}
	}

	private void learn(Change change, SharedNote note, long age, long now) {
		this.gate.closeFor(Math.min(note.gateNanos() - age, RetryAfterGate.nanos(this.settings.longestGate())), now);
		long cutAgo = note.cutNanos() + age;
		if (now - this.lastCut > cutAgo && note.share() < this.quotas.share().value()) {
			this.quotas.share().adopt(note.share());
			this.lastCut = now - cutAgo;
		}
		if (age > AccountQuotas.ADOPTED_NANOS) {
			return;
		}
		for (QuotaNote quota : note.quotas()) {
			if (!quota.configured()) {
				this.inFlightLimit.learn(this.reports.report(quota, change.isKnown(quota), age, this.sent, now));
			}
		}
		this.inFlightLimit.learn(note.known() && this.quotas.isConfigured());
	}

	/**
	 * Nothing is heard of the other instances: each uses its part of the limits.
	 * @param instances how many there are
	 * @param now the time
	 */
	void alone(int instances, long now) {
		this.quotas.divide(instances, now);
		this.inFlight.ofOthers(List.of());
		this.sent.forget();
	}

	GovernorState state(int waiting, long now, Instant wallTime) {
		boolean learned = this.quotas.isReported() || this.inFlightLimit.isServedWithoutReport()
				|| this.gate.throttled() > 0;
		List<QuotaState> quotas = this.quotas.states(now);
		double share = this.quotas.share().value();
		return new GovernorState(GovernorState.phase(this.gate, this.inFlightLimit, share, now),
				GovernorState.reason(this.gate, this.inFlightLimit, share, now), quotas, inFlight(), waiting,
				this.gate.throttled(), this.gate.lastThrottled(now, wallTime), this.gate.lastCode(), learned,
				this.sent.last().sentAt());
	}

}
