package io.github.ratelimit.store.memory;

import io.github.ratelimit.store.Charge;
import io.github.ratelimit.Key;
import io.github.ratelimit.store.ChargeDecision;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * The windows of one key, one for each rate: an array that is never changed, but replaced
 * by compare-and-set.
 */
final class WindowCell extends KeyCell {

	private static final VarHandle WINDOWS;

	static {
		try {
			WINDOWS = MethodHandles.lookup().findVarHandle(WindowCell.class, "windows", RateWindow[].class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	private static final RateWindow[] GONE = {};

	private volatile RateWindow[] windows;

	WindowCell(Key key, int slot, RateWindow[] windows, long now) {
		super(key, slot, now);
		this.windows = windows;
	}

	@Override
	@Nullable ChargeDecision take(Charge charge, LimitTerms terms, StoreClock clock) {
		return decide(charge, charge.permits(), terms, clock);
	}

	@Override
	@Nullable ChargeDecision look(Charge charge, LimitTerms terms, StoreClock clock) {
		return decide(charge, 0, terms, clock);
	}

	private @Nullable ChargeDecision decide(Charge charge, long permits, LimitTerms terms, StoreClock clock) {
		while (terms instanceof WindowTerms own) {
			RateWindow[] before = this.windows;
			if (before == GONE) {
				return null;
			}
			long nanos = clock.nanos();
			seen(nanos);
			long now = clock.sinceEpoch(nanos);
			boolean same = own.areThoseOf(before);
			RateWindow[] current = same ? before : own.read(before, now);
			boolean there = charge.needed() == 0 || charge.needed() <= WindowFacts.balance(current, now);
			boolean taken = there && permits > 0;
			RateWindow[] after = taken ? charged(current, permits, now) : current;
			boolean kept = taken || (!same && !there && WindowTerms.isToBeKept(current, before));
			if (!kept || WINDOWS.compareAndSet(this, before, after)) {
				return there ? WindowFacts.granted(charge, taken ? new Windows(this, after, now) : null, after, now)
						: WindowFacts.refused(charge, after, now);
			}
		}
		return null;
	}

	private static RateWindow[] charged(RateWindow[] windows, long permits, long now) {
		RateWindow[] after = new RateWindow[windows.length];
		for (int i = 0; i < after.length; i++) {
			after[i] = windows[i].charged(permits * windows[i].terms().unit(), now);
		}
		return WindowTerms.inWholePermits(after, now);
	}

	@Override
	void giveBack(ChargeDecision taken, long permits, LimitTerms terms, StoreClock clock) {
		while (taken.receipt() instanceof Windows from) {
			RateWindow[] before = this.windows;
			if (before == GONE || before[0].terms().whole() != from.terms) {
				return;
			}
			long now = clock.sinceEpoch(clock.nanos());
			RateWindow[] after = new RateWindow[before.length];
			for (int i = 0; i < after.length; i++) {
				after[i] = before[i].givenBack(permits * before[i].terms().unit(), from.time, now);
			}
			if (WINDOWS.compareAndSet(this, before, WindowTerms.inWholePermits(after, now))) {
				return;
			}
		}
	}

	@Override
	long charge(long permits, LimitTerms terms, StoreClock clock) {
		while (true) {
			RateWindow[] before = this.windows;
			if (before == GONE) {
				return RETIRED;
			}
			long now = clock.sinceEpoch(clock.nanos());
			RateWindow[] current = (terms instanceof WindowTerms own && !own.areThoseOf(before)) ? own.read(before, now)
					: before;
			long charged = Math.min(permits, WindowFacts.room(current, now));
			if (charged == 0 || WINDOWS.compareAndSet(this, before, charged(current, charged, now))) {
				return permits - charged;
			}
		}
	}

	@Override
	boolean lower(long[] atMost, LimitTerms terms, StoreClock clock) {
		while (terms instanceof WindowTerms own) {
			RateWindow[] before = this.windows;
			if (before == GONE) {
				return false;
			}
			long now = clock.sinceEpoch(clock.nanos());
			RateWindow[] after = (own.areThoseOf(before) ? before : own.read(before, now)).clone();
			for (int i = 0; i < after.length; i++) {
				long unit = after[i].terms().unit();
				long missing = Math.floorDiv(after[i].balance(now), unit) - atMost[i];
				after[i] = (missing > 0) ? after[i].charged(missing * unit, now) : after[i];
			}
			if (WINDOWS.compareAndSet(this, before, WindowTerms.inWholePermits(after, now))) {
				return true;
			}
		}
		return false;
	}

	@Override
	@Nullable CellView view(StoreClock clock) {
		RateWindow[] current = this.windows;
		return (current == GONE) ? null : WindowFacts.view(current, clock.sinceEpoch(clock.nanos()));
	}

	@Override
	boolean retire(CellView seen) {
		return WINDOWS.compareAndSet(this, (RateWindow[]) seen.state(), GONE);
	}

	@Override
	boolean retire() {
		return WINDOWS.getAndSet(this, GONE) != GONE;
	}

	@Override
	boolean isRetired() {
		return this.windows == GONE;
	}

	/** The windows of a time, by the terms of then. */
	private static final class Windows implements Taken {

		private final WindowCell cell;

		private final RateTerms terms;

		private final long time;

		Windows(WindowCell cell, RateWindow[] windows, long time) {
			this.cell = cell;
			this.terms = windows[0].terms().whole();
			this.time = time;
		}

		@Override
		public KeyCell cell() {
			return this.cell;
		}

	}

}
