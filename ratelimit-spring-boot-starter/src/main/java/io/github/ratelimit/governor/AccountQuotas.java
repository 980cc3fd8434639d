package io.github.ratelimit.governor;

import io.github.ratelimit.governor.GovernorState.QuotaState;
import io.github.ratelimit.governor.OtherInstances.Change;
import io.github.ratelimit.governor.SentHistory.Mark;
import io.github.ratelimit.governor.SharedNote.QuotaNote;
import io.github.ratelimit.governor.SharedNote.SentNote;
import io.github.ratelimit.provider.dialect.Dimension;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * All limits of one key, and when they allow a call: those that the provider reports, and
 * the configured ones, which decide nothing where they are reported. The rates of the
 * configured ones are cut when the provider refuses a call. Not thread-safe.
 */
final class AccountQuotas {

	private static final double[] NOTHING = {};

	/** A limit with a window that is not longer refills soon. */
	private static final long SOON_FULL_NANOS = TimeUnit.MINUTES.toNanos(1);

	/** What another instance knew longer ago is of no use. */
	static final long ADOPTED_NANOS = Duration.ofSeconds(10).toNanos();

	private final List<QuotaBalance> configured;

	private final List<ReportedQuota> reported;

	private final RateShare share;

	private final InFlightCalls inFlight;

	/** Among how many instances the limits are divided while none hears of the others. */
	private int instances = 1;

	/**
	 * Creates the limits.
	 * @param settings states the configured ones
	 * @param reported a live view of those that are known from reports
	 * @param inFlight the calls in flight
	 * @param now the time
	 */
	AccountQuotas(GovernorSettings settings, List<ReportedQuota> reported, InFlightCalls inFlight, long now) {
		this.configured = settings.quotas()
			.stream()
			.map((quota) -> new QuotaBalance(quota, settings.reserve(), now))
			.toList();
		this.reported = reported;
		this.share = new RateShare(this.configured.stream().mapToLong(QuotaBalance::windowNanos).min().orElse(1), now);
		this.inFlight = inFlight;
	}

	boolean isConfigured() {
		return !this.configured.isEmpty();
	}

	boolean isReported() {
		return !this.reported.isEmpty();
	}

	/** Returns which part of the configured rates is used. */
	RateShare share() {
		return this.share;
	}

	private int size() {
		return this.configured.size() + this.reported.size();
	}

	/** Returns a limit, the configured ones first. */
	private QuotaBalance quota(int index) {
		int first = this.configured.size();
		return (index < first) ? this.configured.get(index) : this.reported.get(index - first);
	}

	/** Returns whether a limit decides, and not one in its place that is reported. */
	private boolean decides(int index) {
		if (index < this.configured.size()) {
			for (ReportedQuota quota : this.reported) {
				if (quota.replaces(this.configured.get(index))) {
					return false;
				}
			}
		}
		return true;
	}

	void advance(long now) {
		this.share.grow(now);
		double rate = this.share.value() / this.instances;
		for (int i = 0; i < size(); i++) {
			quota(i).advance((i < this.configured.size()) ? rate : 1, now);
		}
	}

	/** Returns after what time a call can be sent, 0 if it can be sent now. */
	long waitNanos(CallCost cost, long now) {
		advance(now);
		long longest = 0;
		for (int i = 0; i < size(); i++) {
			longest = decides(i) ? Math.max(longest, quota(i).waitNanos(cost, this.inFlight, now)) : longest;
		}
		return longest;
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
		long longest = 0;
		for (int i = 0; i < size(); i++) {
			longest = decides(i) ? Math.max(longest, quota(i).expectedWait(before, cost, now)) : longest;
		}
		return longest;
	}

	/**
	 * Returns whether a call needs more than a limit has. A limit that was reported too
	 * long ago is asked again by the call: refused calls bring no reports.
	 */
	boolean isTooLarge(CallCost cost, long now) {
		for (int i = 0; i < size(); i++) {
			if (quota(i).isTooLarge(cost) && decides(i) && !quota(i).isForgotten(now)) {
				return true;
			}
		}
		return false;
	}

	/**
	 * Other instances may be spending the same permits now. Until they know of each
	 * other, each sends one call, or as many as its part of what is available.
	 */
	boolean exceedsPart(CallCost cost, int parts, long now) {
		for (int i = 0; i < size(); i++) {
			if (decides(i) && !quota(i).isForgotten(now) && quota(i).exceedsPart(cost, parts, now)) {
				return true;
			}
		}
		return false;
	}

	/**
	 * Takes what a call needs, whether or not it is available.
	 * @return what it took of each configured limit
	 */
	double[] take(CallCost cost, long now) {
		double[] taken = this.configured.isEmpty() ? NOTHING : new double[this.configured.size()];
		for (int i = 0; i < size(); i++) {
			double need = quota(i).need(cost);
			quota(i).take(need, now);
			if (i < taken.length) {
				taken[i] = need;
			}
		}
		return taken;
	}

	/** Corrects the charge of a call by its usage. */
	void settle(Mark mark, CallCost estimated, CallCost actual) {
		for (int i = 0; i < this.configured.size(); i++) {
			QuotaBalance quota = this.configured.get(i);
			double used = actual.permits(quota.dimension());
			quota.correct(mark.taken()[i] - used);
			quota.factor().learnUsage(estimated.permits(quota.dimension()), used);
		}
	}

	/**
	 * Gives back what a call took that was not sent. A report of a call that was sent
	 * later does not include it.
	 */
	void giveBack(Mark mark, CallCost cost, long now) {
		for (int i = 0; i < this.configured.size(); i++) {
			this.configured.get(i).correct(mark.taken()[i]);
		}
		for (ReportedQuota quota : this.reported) {
			if (quota.isNews(mark, now)) {
				quota.giveBack(cost, now);
			}
		}
	}

	/** The provider has refused a call, as more was charged than was expected. */
	void underestimated(@Nullable Dimension dimension) {
		for (ReportedQuota quota : this.reported) {
			if (quota.dimension() == dimension) {
				quota.factor().underestimated();
			}
		}
	}

	/**
	 * The provider has refused a call. Where it does not say for which limit, it may be
	 * any of them: one that does not refill soon is not taken for exhausted.
	 */
	void cut(@Nullable Dimension dimension, long now) {
		advance(now);
		this.share.cut();
		for (QuotaBalance quota : this.configured) {
			if (dimension == quota.dimension() || (dimension == null && quota.windowNanos() <= SOON_FULL_NANOS)) {
				quota.available(Math.min(0, quota.available()), now);
			}
		}
	}

	/** Returns what the other instances should know of each limit. */
	List<QuotaNote> notes(long now) {
		advance(now);
		List<QuotaNote> notes = new ArrayList<>(size());
		for (int i = 0; i < size(); i++) {
			QuotaNote note = quota(i).note(now);
			if (!quota(i).isForgotten(now)) {
				notes.add(note);
			}
		}
		return notes;
	}

	/** The others have those notes. */
	void noteShared() {
		for (int i = 0; i < size(); i++) {
			quota(i).noteShared();
		}
	}

	/** Uses what another instance has sent and charged. */
	void takeForOthers(Change change, long now) {
		for (QuotaBalance quota : this.configured) {
			quota.takeForOthers(change.charge(quota), now);
		}
		for (SentNote calls : change.sent()) {
			for (ReportedQuota quota : this.reported) {
				quota.takeForOthers(calls.permits(quota.dimension()) * quota.factor().value(), calls.at(), now);
			}
		}
	}

	/** Begins with what other instances knew of configured limits a short time ago. */
	void join(List<Change> changes, long now) {
		for (QuotaBalance quota : this.configured) {
			double available = quota.capacity();
			for (Change change : changes) {
				QuotaNote note = change.note().of(quota);
				if (note != null && change.ageNanos() <= ADOPTED_NANOS) {
					available = Math.min(available, note.available() + quota.refilled(change.ageNanos()));
					quota.factor().adopt(note.factor());
					change.included(quota);
				}
			}
			// they did not know what this instance has charged
			quota.spend(Math.max(0, quota.capacity() - available), now);
		}
	}

	/** From now on as many instances use the limits, each a part of them. */
	void divide(int instances, long now) {
		advance(now);
		if (instances != this.instances) {
			this.reported.forEach((quota) -> quota.factor().scale((double) instances / this.instances));
			this.configured.forEach((quota) -> quota.divide(instances));
			this.instances = instances;
		}
	}

	List<QuotaState> states(long now) {
		advance(now);
		Stream<QuotaBalance> deciding = IntStream.range(0, this.configured.size())
			.filter(this::decides)
			.mapToObj(this.configured::get);
		return Stream.concat(this.reported.stream(), deciding).map(QuotaBalance::state).toList();
	}

	/**
	 * The part of the configured rates that is used if a provider does not report its
	 * limits: cut when it refuses a call, and increased again a little at a time
	 * (additive increase, multiplicative decrease). Not thread-safe.
	 */
	static final class RateShare {

		private static final double CUT = 0.7;

		/** The part of the rate that is restored in a window after a cut. */
		private static final double GROWTH = 0.1;

		private static final double LEAST = 0.02;

		/** In this time the part grows by one step. */
		private final long shortestWindow;

		private double value = 1;

		private long at;

		RateShare(long shortestWindow, long now) {
			this.shortestWindow = shortestWindow;
			this.at = now;
		}

		/** Returns the part that is used, from 0 to 1. */
		double value() {
			return this.value;
		}

		void grow(long now) {
			if (this.value < 1) {
				this.value = Math.min(1, this.value + GROWTH * (now - this.at) / this.shortestWindow);
			}
			this.at = now;
		}

		/** Another instance has cut it. */
		void adopt(double value) {
			this.value = Math.max(LEAST, Math.min(1, value));
		}

		void cut() {
			this.value = Math.max(LEAST, this.value * CUT);
		}

	}

}
