package io.github.ratelimit.governor;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

import io.github.ratelimit.governor.GovernorState.Phase;
import io.github.ratelimit.governor.GovernorState.QuotaState;
import io.github.ratelimit.provider.dialect.Dimension;
import io.github.ratelimit.provider.dialect.ProviderSnapshot;
import io.github.ratelimit.provider.dialect.Quota;
import io.github.ratelimit.provider.dialect.Refill;
import io.github.ratelimit.provider.dialect.Throttle;
import org.jspecify.annotations.Nullable;

/**
 * The limits of one key of a provider as far as one process knows them, and its decisions
 * by them. Not thread-safe: guarded by the {@link Governor}.
 */
final class LocalControl {

	private static final double[] NOTHING = {};

	private final GovernorSettings settings;

	private final @Nullable SharedQuotas shared;

	private final List<QuotaBudget> configured = new ArrayList<>(2);

	private final ReportedQuotas reported;

	private final Gate gate;

	private final CallWindow window;

	private final RateShare share;

	private Mark sent;

	/**
	 * Whether the limits are known, from a report or, without reports, from the
	 * configuration.
	 */
	private boolean known;

	private int headsWithoutReport;

	private long lastCut;

	LocalControl(GovernorSettings settings, Function<Dimension, Duration> defaultWindow, @Nullable SharedQuotas shared,
			long now) {
		this.settings = settings;
		this.shared = settings.quotas().isEmpty() ? null : shared;
		this.reported = new ReportedQuotas(defaultWindow, settings.reserve(), now);
		this.sent = new Mark(0, now, 0, 0, 0, NOTHING, null);
		this.gate = new Gate(settings.longestGate(), now);
		this.window = new CallWindow(now);
		this.share = new RateShare(now);
		this.lastCut = now - 1;
		for (ConfiguredQuota quota : settings.quotas()) {
			this.configured.add(new QuotaBudget(quota.dimension(), Gate.nanos(quota.window()), Refill.CONTINUOUS,
					quota.permits(), quota.permits(), new ChargeFactor(1), now));
		}
		this.known = !settings.reports() && !this.configured.isEmpty();
	}

	/**
	 * Takes what a call needs, if it is available.
	 * @param cost the call
	 * @param inFlight how many calls are in flight
	 * @param now the time
	 * @return 0 if it was taken; otherwise the time after which to try again,
	 * {@link Long#MAX_VALUE} if only the end of another call can help
	 */
	long take(CallCost cost, int inFlight, long now) {
		if (this.gate.waitNanos(now) > 0) {
			return this.gate.waitNanos(now);
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
		if (this.shared != null && this.reported.isEmpty()) {
			return takeShared(this.shared, cost, now);
		}
		charge(cost, null, now);
		return 0;
	}

	/** Less of the rates is used if a call needs more permits. */
	private long takeShared(SharedQuotas shared, CallCost cost, long now) {
		long[] permits = new long[this.configured.size()];
		for (int i = 0; i < permits.length; i++) {
			permits[i] = (long) Math.ceil(this.configured.get(i).need(cost) / this.share.value());
		}
		SharedQuotas.Taking taking = shared.take(permits);
		if (taking == SharedQuotas.Taking.UNAVAILABLE) {
			long wait = 0;
			for (QuotaBudget budget : this.configured) {
				wait = Math.max(wait, waitNanos(budget, cost, now));
			}
			if (wait == 0) {
				charge(cost, null, now);
			}
			return wait;
		}
		if (taking.waitNanos() == 0) {
			charge(cost, taking.taken(), now);
		}
		return taking.waitNanos();
	}

	private int maxInFlight() {
		return (this.known && !this.window.isOverloaded()) ? this.settings.maxConcurrent()
				: Math.min(this.settings.maxConcurrent(), this.window.calls());
	}

	/** Counts a call as sent, whether or not its permits are available. */
	Mark charge(CallCost cost, SharedQuotas.@Nullable Taken shared, long now) {
		double[] taken = this.configured.isEmpty() ? NOTHING : new double[this.configured.size()];
		for (int i = 0; i < taken.length; i++) {
			taken[i] = this.configured.get(i).need(cost);
			this.configured.get(i).take(taken[i], now);
		}
		this.reported.take(cost, now);
		this.sent = this.sent.plus(cost, taken, shared, now);
		return this.sent;
	}

	/** Returns the mark of the call that was charged last. */
	Mark sent() {
		return this.sent;
	}

	private long waitNanos(CallCost cost, long now) {
		advance(now);
		long longest = this.reported.waitNanos(cost, now);
		for (QuotaBudget budget : this.configured) {
			if (isConsulted(budget)) {
				longest = Math.max(longest, waitNanos(budget, cost, now));
			}
		}
		return longest;
	}

	private long waitNanos(QuotaBudget configured, CallCost cost, long now) {
		return configured.waitNanos(configured.need(cost), this.settings.reserve(), this.share.value(), now);
	}

	private void advance(long now) {
		if (!this.configured.isEmpty()) {
			this.share.grow(this.configured.get(0).windowNanos(), now);
		}
		for (QuotaBudget budget : this.configured) {
			budget.advance(now, this.share.value());
		}
		this.reported.advance(now);
	}

	/** Returns whether this process decides by a configured limit. */
	private boolean isConsulted(QuotaBudget configured) {
		return (this.shared == null || !this.reported.isEmpty()) && !this.reported.replaces(configured);
	}

	/** Returns whether a call needs more than the capacity of a limit. */
	boolean isTooLarge(CallCost cost) {
		for (QuotaBudget budget : this.configured) {
			if (budget.isTooLarge(cost) && isConsulted(budget)) {
				return true;
			}
		}
		return this.reported.isTooLarge(cost);
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
		for (QuotaBudget budget : this.configured) {
			if (isConsulted(budget)) {
				longest = Math.max(longest,
						budget.expectedWait(before, cost, this.settings.reserve(), this.share.value(), now));
			}
		}
		return longest;
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
				this.reported.report(mark, cost, quota, configuredCapacity(quota.dimension()), this.sent, now);
				reports = true;
			}
		}
		this.headsWithoutReport += (served && !reports) ? 1 : 0;
		this.known |= reports || (!this.configured.isEmpty() && this.headsWithoutReport >= CallWindow.FIRST_CALLS);
		Throttle throttle = snapshot.throttle();
		if (throttle != null) {
			throttled(mark, throttle, now);
		}
		if (served) {
			this.gate.succeeded();
			this.window.succeeded(inFlight);
		}
	}

	private double configuredCapacity(Dimension dimension) {
		double capacity = 0;
		for (QuotaBudget budget : this.configured) {
			capacity = (budget.dimension() == dimension) ? Math.max(budget.capacity(), capacity) : capacity;
		}
		return capacity;
	}

	private void throttled(Mark mark, Throttle throttle, long now) {
		boolean first = mark.sentAt() - this.lastCut > 0;
		this.gate.close(throttle, first, now);
		if (!first || !throttle.isRetryable()) {
			return;
		}
		if (this.shared != null && this.reported.isEmpty()) {
			this.shared.block(this.gate.waitNanos(now));
		}
		this.lastCut = now;
		if (throttle.kind() == Throttle.Kind.OVERLOADED || !this.known) {
			this.window.cut();
		}
		else if (this.reported.isEmpty()) {
			advance(now);
			this.share.cut();
			for (QuotaBudget budget : this.configured) {
				if (throttle.dimension() == null || throttle.dimension() == budget.dimension()) {
					budget.lower(0);
				}
			}
		}
	}

	/** Notes that a call has been answered, or has ended without an answer. */
	void confirm(Mark mark, CallCost cost) {
		this.reported.confirm(mark, cost);
	}

	/** Corrects the charge of a call by its usage. */
	void settle(Mark mark, CallCost estimated, CallCost actual) {
		for (int i = 0; i < mark.taken().length; i++) {
			QuotaBudget budget = this.configured.get(i);
			double used = actual.permits(budget.dimension());
			budget.giveBack(mark.taken()[i] - used);
			budget.learnUsage(estimated.permits(budget.dimension()), used);
		}
		if (mark.shared() != null) {
			mark.shared().settle(permits(actual));
		}
	}

	private long[] permits(CallCost cost) {
		long[] permits = new long[this.configured.size()];
		for (int i = 0; i < permits.length; i++) {
			permits[i] = (long) cost.permits(this.configured.get(i).dimension());
		}
		return permits;
	}

	/** Gives back the permits of a call that was never sent. */
	void giveBack(Mark mark, CallCost cost) {
		for (int i = 0; i < mark.taken().length; i++) {
			this.configured.get(i).giveBack(mark.taken()[i]);
		}
		this.reported.giveBack(cost);
		this.sent = this.sent.minus(cost);
		if (mark.shared() != null) {
			mark.shared().giveBack();
		}
	}

	GovernorState state(int inFlight, int waiting, long now, Instant wallTime) {
		advance(now);
		List<QuotaState> quotas = new ArrayList<>(this.reported.states());
		this.configured.stream()
			.filter(this::isConsulted)
			.forEach((budget) -> quotas.add(budget.state(this.share.value())));
		return new GovernorState(phase(now), reason(now), quotas, inFlight, waiting, this.gate.throttled(),
				this.gate.lastThrottled(now, wallTime), this.gate.lastCode());
	}

	private Phase phase(long now) {
		if (this.gate.waitNanos(now) > 0) {
			return Phase.THROTTLED;
		}
		return (this.window.isOverloaded() || this.share.value() < 1) ? Phase.RECOVERING : Phase.NORMAL;
	}

	private @Nullable String reason(long now) {
		String inFlight = "at most " + this.window.calls() + " calls in flight";
		return switch (phase(now)) {
			case THROTTLED -> this.gate.lastCode() + ", no call for "
					+ Duration.ofNanos(this.gate.waitNanos(now)).plusNanos(999_999_999).toSeconds() + " s";
			case RECOVERING ->
				(this.share.value() < 1) ? Math.round(this.share.value() * 100) + "% of the configured rate"
						: "the provider was overloaded: " + inFlight;
			case NORMAL -> this.known ? null : "the limits are not known yet: " + inFlight;
		};
	}

}
