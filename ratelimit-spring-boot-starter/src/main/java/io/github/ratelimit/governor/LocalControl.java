package io.github.ratelimit.governor;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

import io.github.ratelimit.governor.AccountNote.QuotaNote;
import io.github.ratelimit.governor.CallRefusedException.Reason;
import io.github.ratelimit.governor.GovernorState.Phase;
import io.github.ratelimit.governor.GovernorState.QuotaState;
import io.github.ratelimit.governor.SentCalls.Mark;
import io.github.ratelimit.provider.dialect.Dimension;
import io.github.ratelimit.provider.dialect.ProviderSnapshot;
import io.github.ratelimit.provider.dialect.Quota;
import io.github.ratelimit.provider.dialect.Throttle;
import org.jspecify.annotations.Nullable;

/**
 * The limits of one key of a provider as far as one process knows them, and its decisions
 * by them. Not thread-safe: guarded by the {@link Governor}.
 */
final class LocalControl {

	private final GovernorSettings settings;

	private final @Nullable Sharing sharing;

	private final ReportedQuotas reported;

	private final ConfiguredQuotas configured;

	private final Gate gate;

	private final CallWindow window;

	private final SentCalls sent;

	private final long createdAt;

	/**
	 * Whether the limits are known, from a report or, without reports, from the
	 * configuration.
	 */
	private boolean known;

	private int headsWithoutReport;

	private long lastCut;

	/** Among how many instances the limits are divided while none hears of the others. */
	private int alone = 1;

	LocalControl(GovernorSettings settings, Function<Dimension, Duration> defaultWindow, @Nullable Sharing sharing,
			long now) {
		this.settings = settings;
		this.sharing = sharing;
		this.createdAt = now;
		this.reported = new ReportedQuotas(defaultWindow, settings.reserve(), now);
		this.configured = new ConfiguredQuotas(settings, this.reported, now);
		this.sent = new SentCalls(sharing != null, now);
		this.gate = new Gate(settings.longestGate(), now);
		this.window = new CallWindow(now);
		this.lastCut = now - 1;
		this.known = !settings.reports() && !this.configured.isEmpty();
	}

	/**
	 * Takes what a call needs, if it is available.
	 * @param cost the call
	 * @param maxWait how long the call may still wait
	 * @param inFlight how many calls are in flight
	 * @param now the time
	 * @return 0 if it was taken; otherwise the time after which to try again,
	 * {@link Long#MAX_VALUE} if only the end of another call can help
	 */
	long take(CallCost cost, long maxWait, int inFlight, long now) {
		long untilHeard = (this.sharing != null) ? this.sharing.untilHeard(maxWait, now) : 0;
		if (untilHeard > 0 || this.gate.waitNanos(now) > 0) {
			return Math.max(untilHeard, this.gate.waitNanos(now));
		}
		if (!this.known) {
			this.window.growUnanswered(now);
		}
		if (inFlight >= maxInFlight()) {
			return (this.known || inFlight >= this.settings.maxConcurrent()) ? Long.MAX_VALUE
					: this.window.untilGrown(now);
		}
		long wait = waitNanos(cost, now);
		if (wait > 0) {
			return wait;
		}
		if (this.sharing != null && exceedsPart(cost, this.sharing.parts(), now)) {
			return this.sharing.changedSoon();
		}
		charge(cost, now);
		return 0;
	}

	/**
	 * Other instances may be spending the same permits now. Until they know of each
	 * other, each sends one call, or as many as its part of what is available.
	 */
	private boolean exceedsPart(CallCost cost, int parts, long now) {
		return this.configured.exceedsPart(cost, parts, now) || this.reported.exceedsPart(cost, parts, now);
	}

	private int maxInFlight() {
		return (this.known && !this.window.isOverloaded()) ? this.settings.maxConcurrent()
				: Math.min(this.settings.maxConcurrent(), this.window.calls());
	}

	/** Counts a call as sent, whether or not its permits are available. */
	Mark charge(CallCost cost, long now) {
		double[] taken = this.configured.take(cost, now);
		this.reported.take(cost, now);
		this.sent.add(cost, taken, now);
		changed(true);
		return this.sent.last();
	}

	private void changed(boolean changed) {
		if (this.sharing != null && changed) {
			this.sharing.changed();
		}
	}

	/** Returns the mark of the call that was charged last. */
	Mark sent() {
		return this.sent.last();
	}

	private long waitNanos(CallCost cost, long now) {
		advance(now);
		return Math.max(this.reported.waitNanos(cost, now), this.configured.waitNanos(cost, now));
	}

	private void advance(long now) {
		this.configured.advance(now);
		this.reported.advance(now);
	}

	/** Returns whether a call needs more than the capacity of a limit. */
	boolean isTooLarge(CallCost cost, long now) {
		return this.configured.isTooLarge(cost) || this.reported.isTooLarge(cost, now);
	}

	/**
	 * Returns how long a call will be queued, as far as is known.
	 * @param before what the calls before it need together, by dimension
	 * @param cost the call
	 * @param now the time
	 * @return nanoseconds
	 */
	long expectedWait(double[] before, CallCost cost, long now) {
		advance(now);
		long longest = Math.max(this.gate.waitNanos(now), this.reported.expectedWait(before, cost, now));
		return Math.max(longest, this.configured.expectedWait(before, cost, now));
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
	 * @param inFlight how many calls are in flight
	 * @param now the time
	 */
	void report(Mark mark, CallCost cost, ProviderSnapshot snapshot, boolean served, int inFlight, long now) {
		boolean reports = false;
		for (Quota quota : snapshot.quotas()) {
			if (quota.remaining() != Quota.UNKNOWN) {
				this.reported.report(this.sent.corrected(mark), cost, quota,
						this.configured.capacity(quota.dimension()), this.sent.last(), served, now);
				reports = true;
			}
		}
		changed(reports);
		this.headsWithoutReport += (served && !reports) ? 1 : 0;
		this.known |= reports || (!this.configured.isEmpty() && this.headsWithoutReport >= CallWindow.FIRST_CALLS);
		Throttle throttle = snapshot.throttle();
		if (throttle != null) {
			throttled(mark, throttle, inFlight, now);
		}
		if (served) {
			this.gate.succeeded();
			this.window.succeeded(inFlight);
		}
	}

	private void throttled(Mark mark, Throttle throttle, int inFlight, long now) {
		boolean first = mark.sentAt() - this.lastCut > 0;
		this.gate.close(throttle, first, now);
		if (this.sharing != null) {
			this.sharing.changedSoon();
		}
		if (!first || !throttle.isRetryable()) {
			return;
		}
		this.lastCut = now;
		if (throttle.kind() == Throttle.Kind.RATE_LIMITED) {
			this.reported.underestimated(throttle.dimension());
		}
		if (throttle.kind() == Throttle.Kind.OVERLOADED || !this.known) {
			this.window.cut(inFlight);
		}
		else if (this.reported.isEmpty()) {
			this.configured.cut(throttle.dimension(), now);
		}
	}

	/** Notes that a call has been answered, or has ended without an answer. */
	void confirm(Mark mark, CallCost cost) {
		this.reported.unconfirmed().confirm(cost, mark.sentAt());
	}

	/** Corrects the charge of a call by its usage. */
	void settle(Mark mark, CallCost estimated, CallCost actual, long now) {
		this.configured.settle(mark.taken(), estimated, actual, now);
		changed(!this.configured.isEmpty() && !estimated.equals(actual));
	}

	/** Gives back the permits of a call that was never sent. */
	void giveBack(Mark mark, CallCost cost, long now) {
		this.configured.giveBack(mark.taken(), now);
		this.reported.giveBack(mark, cost, now);
		this.sent.remove(mark, cost);
		changed(true);
	}

	/** Returns what the other instances should know. */
	AccountNote note(long now) {
		advance(now);
		List<QuotaNote> quotas = new ArrayList<>();
		this.configured.notes(quotas, now);
		this.reported.notes(quotas, now);
		return new AccountNote(now - this.createdAt, this.sent.requests(), this.sent.inputTokens(),
				this.sent.outputTokens(), this.gate.waitNanos(now), this.configured.share().value(), now - this.lastCut,
				this.known, quotas, this.sent.times(now), this.reported.unconfirmed().notes(quotas, now));
	}

	/**
	 * Uses what the other instances have done since the last exchange.
	 * @param changes the newest first
	 * @param first whether this is the first exchange
	 * @param now the time
	 */
	void together(List<Peers.Change> changes, boolean first, long now) {
		divide(1, now);
		for (Peers.Change change : changes) {
			this.sent.addOfOthers(change.sent(), now);
			this.configured.takeForOthers(change, now);
			this.reported.takeForOthers(change.sent(), now);
		}
		this.reported.unconfirmed().ofOthers(changes);
		this.sent.remember(now);
		this.configured.noteShared();
		this.reported.noteShared();
		for (Peers.Change change : changes) {
			learn(change, change.note(), change.ageNanos(), now);
		}
		if (first) {
			this.configured.join(changes, now);
		}
	}

	private void learn(Peers.Change change, AccountNote note, long age, long now) {
		this.gate.closeFor(Math.min(note.gateNanos() - age, Gate.nanos(this.settings.longestGate())), now);
		long cutAgo = note.cutNanos() + age;
		if (now - this.lastCut > cutAgo && note.share() < this.configured.share().value()) {
			this.configured.share().adopt(note.share());
			this.lastCut = now - cutAgo;
		}
		if (age > QuotaBudget.ADOPTED_NANOS) {
			return;
		}
		for (QuotaNote quota : note.quotas()) {
			if (!quota.configured()) {
				learnReported(quota, change.isKnown(quota), age, now);
			}
		}
		this.known |= note.known() && !this.configured.isEmpty();
	}

	private void learnReported(QuotaNote quota, boolean known, long age, long now) {
		this.known |= this.reported.adopt(quota, age, now);
		Mark then = (quota.remaining() >= 0) ? this.sent.at(now - age - quota.reportNanos()) : null;
		if (then != null) {
			this.reported.report(quota, known, then, this.sent.last(), now);
		}
	}

	/**
	 * Nothing is heard of the other instances: each uses its part of the limits.
	 * @param instances how many there are
	 * @param now the time
	 */
	void alone(int instances, long now) {
		divide(instances, now);
		this.reported.unconfirmed().ofOthers(List.of());
		this.sent.forget();
	}

	private void divide(int instances, long now) {
		advance(now);
		if (instances != this.alone) {
			this.reported.scaleFactors((double) instances / this.alone);
			this.configured.divide(instances);
			this.alone = instances;
		}
	}

	GovernorState state(int inFlight, int waiting, long now, Instant wallTime) {
		advance(now);
		List<QuotaState> quotas = new ArrayList<>(this.reported.states());
		quotas.addAll(this.configured.states());
		boolean learned = !this.reported.isEmpty() || this.headsWithoutReport > 0 || this.gate.throttled() > 0;
		return new GovernorState(phase(now), reason(now), quotas, inFlight, waiting, this.gate.throttled(),
				this.gate.lastThrottled(now, wallTime), this.gate.lastCode(), learned, this.sent.last().sentAt());
	}

	private Phase phase(long now) {
		if (this.gate.waitNanos(now) > 0) {
			return Phase.THROTTLED;
		}
		return (this.window.isOverloaded() || this.configured.share().value() < 1) ? Phase.RECOVERING : Phase.NORMAL;
	}

	private @Nullable String reason(long now) {
		String inFlight = "at most " + this.window.calls() + " calls in flight";
		return switch (phase(now)) {
			case THROTTLED -> this.gate.lastCode() + ", no call for "
					+ Duration.ofNanos(this.gate.waitNanos(now)).plusNanos(999_999_999).toSeconds() + " s";
			case RECOVERING -> (this.configured.share().value() < 1)
					? Math.round(this.configured.share().value() * 100) + "% of the configured rate"
					: "the provider was overloaded: " + inFlight;
			case NORMAL -> this.known ? null : "the limits are not known yet: " + inFlight;
		};
	}

}
