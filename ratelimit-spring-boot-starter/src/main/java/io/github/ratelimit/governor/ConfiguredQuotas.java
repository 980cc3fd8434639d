package io.github.ratelimit.governor;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import io.github.ratelimit.governor.AccountNote.QuotaNote;
import io.github.ratelimit.governor.GovernorState.QuotaState;
import io.github.ratelimit.provider.dialect.Dimension;
import org.jspecify.annotations.Nullable;

/**
 * The configured limits of one key. Those that the provider reports are counted, and
 * decide nothing. Not thread-safe.
 */
final class ConfiguredQuotas {

	private static final double[] NOTHING = {};

	/** A limit with a window that is not longer refills soon. */
	private static final long SOON_FULL_NANOS = TimeUnit.MINUTES.toNanos(1);

	private final List<QuotaBudget> budgets = new ArrayList<>(2);

	private final ReportedQuotas reported;

	private final double reserve;

	private final RateShare share;

	/** In this time the share grows by one step. */
	private final long shortestWindow;

	/** Among how many instances the limits are divided. */
	private int instances = 1;

	ConfiguredQuotas(GovernorSettings settings, ReportedQuotas reported, long now) {
		this.reported = reported;
		this.reserve = settings.reserve();
		this.share = new RateShare(now);
		for (ConfiguredQuota quota : settings.quotas()) {
			this.budgets.add(new QuotaBudget(quota.dimension(), Gate.nanos(quota.window()), quota.permits(),
					quota.permits(), new ChargeFactor(1, now), now));
		}
		this.shortestWindow = this.budgets.stream().mapToLong(QuotaBudget::windowNanos).min().orElse(1);
	}

	boolean isEmpty() {
		return this.budgets.isEmpty();
	}

	/** Returns which part of the configured rates is used. */
	RateShare share() {
		return this.share;
	}

	private double rateShare() {
		return this.share.value() / this.instances;
	}

	/** Returns whether a limit decides, and not one in its place that is reported. */
	private boolean decides(QuotaBudget budget) {
		return !this.reported.replaces(budget);
	}

	void advance(long now) {
		this.share.grow(this.shortestWindow, now);
		for (QuotaBudget budget : this.budgets) {
			budget.advance(now, rateShare());
		}
	}

	/** Returns after what time a call can be sent, 0 if it can be sent now. */
	long waitNanos(CallCost cost, long now) {
		long longest = 0;
		for (QuotaBudget budget : this.budgets) {
			if (decides(budget)) {
				longest = Math.max(longest, budget.waitNanos(budget.need(cost), this.reserve, rateShare(), now));
			}
		}
		return longest;
	}

	/** Returns how long a call will be queued, as far as is known. */
	long expectedWait(double[] before, CallCost cost, long now) {
		long longest = 0;
		for (QuotaBudget budget : this.budgets) {
			if (decides(budget)) {
				longest = Math.max(longest, budget.expectedWait(before, cost, this.reserve, rateShare(), now));
			}
		}
		return longest;
	}

	boolean isTooLarge(CallCost cost) {
		for (QuotaBudget budget : this.budgets) {
			if (budget.isTooLarge(cost) && decides(budget)) {
				return true;
			}
		}
		return false;
	}

	boolean exceedsPart(CallCost cost, int parts, long now) {
		for (QuotaBudget budget : this.budgets) {
			if (decides(budget) && budget.exceedsPart(cost, this.reserve, parts, now)) {
				return true;
			}
		}
		return false;
	}

	/** Returns what a call took of each limit, whether or not it was available. */
	double[] take(CallCost cost, long now) {
		double[] taken = this.budgets.isEmpty() ? NOTHING : new double[this.budgets.size()];
		for (int i = 0; i < taken.length; i++) {
			taken[i] = this.budgets.get(i).need(cost);
			this.budgets.get(i).take(taken[i], now);
		}
		return taken;
	}

	/** Corrects the charge of a call by its usage. */
	void settle(double[] taken, CallCost estimated, CallCost actual, long now) {
		for (int i = 0; i < taken.length; i++) {
			QuotaBudget budget = this.budgets.get(i);
			double used = actual.permits(budget.dimension());
			budget.correct(taken[i] - used, now);
			budget.factor().learnUsage(estimated.permits(budget.dimension()), used);
		}
	}

	void giveBack(double[] taken, long now) {
		for (int i = 0; i < taken.length; i++) {
			this.budgets.get(i).correct(taken[i], now);
		}
	}

	/**
	 * The provider has refused a call. Where it does not say for which limit, it may be
	 * any of them: one that does not refill soon is not taken for exhausted.
	 */
	void cut(@Nullable Dimension dimension, long now) {
		advance(now);
		this.share.cut();
		for (QuotaBudget budget : this.budgets) {
			if (dimension == budget.dimension() || (dimension == null && budget.windowNanos() <= SOON_FULL_NANOS)) {
				budget.available(Math.min(0, budget.available()), now);
			}
		}
	}

	/** Returns the capacity of a configured limit, 0 if there is none. */
	double capacity(Dimension dimension) {
		double capacity = 0;
		for (QuotaBudget budget : this.budgets) {
			capacity = (budget.dimension() == dimension) ? Math.max(budget.capacity(), capacity) : capacity;
		}
		return capacity;
	}

	void notes(List<QuotaNote> notes, long now) {
		this.budgets.forEach((budget) -> notes.add(budget.note(true, now)));
	}

	void takeForOthers(Peers.Change change, long now) {
		for (QuotaBudget budget : this.budgets) {
			budget.takeForOthers(change.charge(budget), now);
		}
	}

	void noteShared() {
		this.budgets.forEach((budget) -> budget.charges().noteShared());
	}

	/** Begins with what other instances knew a short time ago. */
	void join(List<Peers.Change> changes, long now) {
		for (QuotaBudget budget : this.budgets) {
			double available = budget.capacity();
			for (Peers.Change change : changes) {
				QuotaNote note = change.note().of(budget);
				if (note != null && change.ageNanos() <= QuotaBudget.ADOPTED_NANOS) {
					available = Math.min(available, note.available() + budget.refilled(change.ageNanos()));
					budget.factor().adopt(note.factor());
					change.included(budget);
				}
			}
			// they did not know what this instance has charged
			budget.spend(Math.max(0, budget.capacity() - available), now);
		}
	}

	/** From now on as many instances use the limits, each a part of them. */
	void divide(int instances) {
		this.instances = instances;
		this.budgets.forEach((budget) -> budget.divide(instances, this.reserve));
	}

	List<QuotaState> states() {
		return this.budgets.stream().filter(this::decides).map((budget) -> budget.state(rateShare())).toList();
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

		private double value = 1;

		private long at;

		RateShare(long now) {
			this.at = now;
		}

		double value() {
			return this.value;
		}

		void grow(long windowNanos, long now) {
			if (this.value < 1) {
				this.value = Math.min(1, this.value + GROWTH * (now - this.at) / windowNanos);
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
