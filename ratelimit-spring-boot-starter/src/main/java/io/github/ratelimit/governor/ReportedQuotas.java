package io.github.ratelimit.governor;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

import io.github.ratelimit.governor.AccountNote.QuotaNote;
import io.github.ratelimit.governor.AccountNote.SentNote;
import io.github.ratelimit.governor.GovernorState.QuotaState;
import io.github.ratelimit.governor.SentCalls.Mark;
import io.github.ratelimit.provider.dialect.Dimension;
import io.github.ratelimit.provider.dialect.Quota;
import io.github.ratelimit.provider.dialect.Refill;
import org.jspecify.annotations.Nullable;

/** The limits of one key that its provider reports. Not thread-safe. */
final class ReportedQuotas {

	/** Other instances may be using the same quota at first. */
	private static final double FIRST_FACTOR = 4;

	/** How many times as much as before is expected to be charged after a refusal. */
	private static final double REFUSED_FACTOR = 1.25;

	/** A configured limit below this part of the provider's is the application's own. */
	private static final double SAME_LIMIT = 0.98;

	/**
	 * A limit that is not reported for so long, and so many windows, may be none any
	 * more.
	 */
	private static final long FORGOTTEN_NANOS = TimeUnit.MINUTES.toNanos(5);

	private static final long FORGOTTEN_WINDOWS = 2;

	/** An end within this time is believed, whatever the window is said to be. */
	private static final long SOON_OVER_NANOS = TimeUnit.MINUTES.toNanos(5);

	/** The current window ends within one window, whose length may be known inexactly. */
	private static final long MOST_WINDOWS = 3;

	/** No limit of a provider has a longer window. */
	private static final long LONGEST_WINDOW_NANOS = TimeUnit.DAYS.toNanos(31);

	private static final long SOON_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

	private final List<QuotaBudget> budgets = new ArrayList<>(2);

	private final Function<Dimension, Duration> defaultWindow;

	private final double reserve;

	private final UnconfirmedCalls unconfirmed;

	ReportedQuotas(Function<Dimension, Duration> defaultWindow, double reserve, long now) {
		this.defaultWindow = defaultWindow;
		this.reserve = reserve;
		this.unconfirmed = new UnconfirmedCalls(now);
	}

	boolean isEmpty() {
		return this.budgets.isEmpty();
	}

	void advance(long now) {
		for (QuotaBudget budget : this.budgets) {
			budget.advance(now, 1);
		}
	}

	/** Returns after what time a call can be sent, 0 if it can be sent now. */
	long waitNanos(CallCost cost, long now) {
		long longest = 0;
		for (QuotaBudget budget : this.budgets) {
			longest = Math.max(longest, waitNanos(budget, cost, now));
		}
		return longest;
	}

	private long waitNanos(QuotaBudget budget, CallCost cost, long now) {
		double need = budget.need(cost);
		long wait = budget.waitNanos(need, this.reserve, 1, now);
		double unconfirmed = budget.unconfirmed(this.unconfirmed, now);
		if (wait == 0 && unconfirmed > 0) {
			// their answers, or the end of their longest time, will show it soon
			return Math.min(SOON_NANOS, budget.waitNanos(need + unconfirmed, this.reserve, 1, now));
		}
		return wait;
	}

	/**
	 * Returns how long a call will be queued, as far as is known.
	 * @param before what the calls before it need together, by dimension
	 * @param cost the call
	 * @param now the time
	 * @return nanoseconds
	 */
	long expectedWait(double[] before, CallCost cost, long now) {
		long longest = 0;
		for (QuotaBudget budget : this.budgets) {
			longest = Math.max(longest, budget.expectedWait(before, cost, this.reserve, 1, now));
		}
		return longest;
	}

	/**
	 * Returns whether a call needs more than a limit has. A limit that was reported too
	 * long ago is asked again by the call: refused calls bring no reports.
	 */
	boolean isTooLarge(CallCost cost, long now) {
		for (QuotaBudget budget : this.budgets) {
			if (budget.isTooLarge(cost) && !isForgotten(budget, now)) {
				return true;
			}
		}
		return false;
	}

	/** Returns whether a report replaces a configured limit. */
	boolean replaces(QuotaBudget configured) {
		for (QuotaBudget budget : this.budgets) {
			if (budget.isOf(configured.dimension(), configured.windowNanos())
					&& configured.capacity() >= budget.capacity() * SAME_LIMIT) {
				return true;
			}
		}
		return false;
	}

	void take(CallCost cost, long now) {
		this.unconfirmed.add(cost, now);
		for (QuotaBudget budget : this.budgets) {
			budget.take(budget.need(cost), now);
		}
	}

	/** A report of a call that was sent later does not include what was not sent. */
	void giveBack(Mark mark, CallCost cost, long now) {
		for (QuotaBudget budget : this.budgets) {
			if (budget.isNews(mark, now)) {
				budget.giveBack(budget.need(cost), now);
			}
		}
	}

	/** Returns the calls that are not answered yet. */
	UnconfirmedCalls unconfirmed() {
		return this.unconfirmed;
	}

	/**
	 * Uses the report of one limit in a response.
	 * @param mark its call
	 * @param cost the expected cost of the call
	 * @param quota the report, with the permits that remain
	 * @param configured the configured limit, 0 if there is none
	 * @param sent the call that was sent last
	 * @param served whether the provider has served the call
	 * @param now the time
	 */
	void report(Mark mark, CallCost cost, Quota quota, double configured, Mark sent, boolean served, long now) {
		QuotaBudget budget = budget(quota, configured, now);
		if (quota.untilFull() != null && quota.refill() == Refill.FIXED_WINDOW) {
			long untilFull = Gate.nanos(quota.untilFull());
			if (untilFull <= longestToEnd(quota, budget)) {
				budget.windowEnds(mark.sentAt() + untilFull, now + untilFull, served);
			}
		}
		if (budget.isNews(mark, now)) {
			budget.report(Math.max(0, quota.limit()), quota.remaining(), mark, sent, now);
		}
		else {
			budget.reportOvertaken(quota.remaining(), mark, cost, now);
		}
		budget.noteOwnReport(quota.remaining(), mark.sentAt());
		this.budgets
			.removeIf((other) -> other != budget && other.dimension() == budget.dimension() && isForgotten(other, now));
	}

	/**
	 * Returns how far away the end of a window can be. A report of a later one is wrong,
	 * and would stop all calls until then.
	 */
	private static long longestToEnd(Quota quota, QuotaBudget budget) {
		return (quota.window() != null) ? Math.max(SOON_OVER_NANOS, MOST_WINDOWS * budget.windowNanos())
				: LONGEST_WINDOW_NANOS;
	}

	private static boolean isForgotten(QuotaBudget budget, long now) {
		return isForgotten(now - budget.lastSeenAt(), budget.windowNanos());
	}

	private static boolean isForgotten(long nanos, long windowNanos) {
		return nanos > Math.max(FORGOTTEN_NANOS, FORGOTTEN_WINDOWS * windowNanos);
	}

	private static QuotaBudget budget(Dimension dimension, long windowNanos, Refill refill, double capacity,
			ChargeFactor factor, long now) {
		return (refill == Refill.FIXED_WINDOW) ? new FixedWindowBudget(dimension, windowNanos, capacity, factor, now)
				: new QuotaBudget(dimension, windowNanos, capacity, 0, factor, now);
	}

	private QuotaBudget budget(Quota quota, double configured, long now) {
		Duration window = (quota.window() != null) ? quota.window() : this.defaultWindow.apply(quota.dimension());
		QuotaBudget known = find(quota, Gate.nanos(window));
		if (known != null) {
			return known;
		}
		double capacity = (quota.limit() != Quota.UNKNOWN) ? quota.limit()
				: Math.max(1, Math.max(configured, quota.remaining()));
		QuotaBudget budget = budget(quota.dimension(), Gate.nanos(window), quota.refill(), capacity,
				new ChargeFactor(FIRST_FACTOR, now), now);
		if (quota.window() == null) {
			budget.assumeWindow();
		}
		this.budgets.add(budget);
		return budget;
	}

	/**
	 * A report without a window, such as one of a full limit, belongs to the known limit.
	 */
	private @Nullable QuotaBudget find(Quota quota, long windowNanos) {
		for (QuotaBudget budget : this.budgets) {
			if (budget.isOf(quota.dimension(), windowNanos)
					|| (quota.window() == null && budget.dimension() == quota.dimension())
					|| (quota.window() != null && budget.adoptWindow(quota.dimension(), windowNanos))) {
				return budget;
			}
		}
		return null;
	}

	boolean exceedsPart(CallCost cost, int parts, long now) {
		for (QuotaBudget budget : this.budgets) {
			if (!isForgotten(budget, now) && budget.exceedsPart(cost, this.reserve, parts, now)) {
				return true;
			}
		}
		return false;
	}

	/** Uses what other instances have sent, the latest note's calls last. */
	void takeForOthers(List<SentNote> sent, long now) {
		for (SentNote calls : sent) {
			for (QuotaBudget budget : this.budgets) {
				budget.takeForOthers(calls.permits(budget.dimension()) * budget.factor().value(), calls.at(), now);
			}
		}
	}

	void noteShared() {
		this.budgets.forEach((budget) -> budget.charges().noteShared());
	}

	/** A refusal shows that more was charged than this process expected. */
	void underestimated(@Nullable Dimension dimension) {
		for (QuotaBudget budget : this.budgets) {
			if (budget.dimension() == dimension) {
				budget.factor().scale(REFUSED_FACTOR);
			}
		}
	}

	void scaleFactors(double times) {
		this.budgets.forEach((budget) -> budget.factor().scale(times));
	}

	void notes(List<QuotaNote> notes, long now) {
		for (QuotaBudget budget : this.budgets) {
			QuotaNote note = budget.note(false, now);
			if (!isForgotten(budget, now)) {
				notes.add(note);
			}
		}
	}

	/** Uses what another instance was reported, and whether that was used before. */
	void report(QuotaNote note, boolean known, Mark mark, Mark sent, long now) {
		QuotaBudget budget = find(note);
		if (budget == null) {
			return;
		}
		if (!known && budget.isNews(mark, now)) {
			budget.report(note.capacity(), note.remaining(), mark, sent, now);
		}
		else {
			budget.reportOvertaken(note.remaining(), mark, null, now);
		}
	}

	/**
	 * Begins with what another instance knows of a limit that is new here, and learns
	 * when its windows end.
	 * @return whether it was new
	 */
	boolean adopt(QuotaNote note, long age, long now) {
		QuotaBudget known = find(note);
		if (known != null) {
			endsAt(known, note, now - age);
			return false;
		}
		if (isForgotten(note.reportNanos() + age, note.windowNanos())) {
			return false;
		}
		QuotaBudget budget = budget(note.dimension(), note.windowNanos(), note.refill(), note.capacity(),
				new ChargeFactor(FIRST_FACTOR, now), now);
		if (note.windowAssumed()) {
			budget.assumeWindow();
		}
		budget.adopt(note, age, now);
		endsAt(budget, note, now - age);
		this.budgets.add(budget);
		return true;
	}

	/**
	 * A limit whose window another instance assumes is the known one of its dimension.
	 */
	private @Nullable QuotaBudget find(QuotaNote note) {
		QuotaBudget found = null;
		for (QuotaBudget budget : this.budgets) {
			if (budget.isOf(note.dimension(), note.windowNanos())) {
				return budget;
			}
			found = (found == null && budget.canBe(note.dimension(), note.windowAssumed())) ? budget : found;
		}
		if (found != null && !note.windowAssumed()) {
			found.adoptWindow(note.dimension(), note.windowNanos());
		}
		return found;
	}

	private static void endsAt(QuotaBudget budget, QuotaNote note, long then) {
		if (note.isEndKnown() && budget.isOf(note.dimension(), note.windowNanos())) {
			budget.windowEndsElsewhere(then + note.endsEarliest(), then + note.endsLatest());
		}
	}

	List<QuotaState> states() {
		return this.budgets.stream().map((budget) -> budget.state(1)).toList();
	}

}
