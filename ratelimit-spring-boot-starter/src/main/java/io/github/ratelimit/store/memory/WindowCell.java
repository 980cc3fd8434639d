package io.github.ratelimit.store.memory;

import io.github.ratelimit.Key;
import io.github.ratelimit.Limit;
import io.github.ratelimit.store.Charge;
import io.github.ratelimit.store.ChargeDecision;
import io.github.ratelimit.store.memory.window.Window;
import io.github.ratelimit.store.memory.window.WindowRate;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import org.jspecify.annotations.Nullable;

/**
 * The windows of one key, one for each rate: an immutable array that is replaced by
 * compare-and-set.
 */
final class WindowCell extends KeyCell {

	private static final AtomicReferenceFieldUpdater<WindowCell, Window[]> WINDOWS = AtomicReferenceFieldUpdater
		.newUpdater(WindowCell.class, Window[].class, "windows");

	private static final Window[] RETIRED_WINDOWS = {};

	/** What is available, when it is full, and when there is more. */
	private static final int FACTS = 3;

	private volatile Window[] windows;

	WindowCell(Key key, int slot, Window[] windows, long now) {
		super(key, slot, now);
		this.windows = windows;
	}

	@Override
	@Nullable ChargeDecision decide(Charge charge, long permits, PreparedLimit terms, StoreClock clock) {
		while (terms instanceof Terms own) {
			Window[] before = this.windows;
			if (before == RETIRED_WINDOWS) {
				return null;
			}
			long nanos = clock.nanos();
			seen(nanos);
			long now = clock.sinceEpoch(nanos);
			boolean same = own.areThoseOf(before);
			Window[] current = same ? before : own.read(before, now);
			boolean there = charge.needed() == 0 || charge.needed() <= balance(current, now);
			boolean taken = there && permits > 0;
			Window[] after = taken ? charged(current, permits, now) : current;
			boolean kept = taken || (!same && !there && isToBeKept(current, before));
			if (!kept || WINDOWS.compareAndSet(this, before, after)) {
				return decision(charge, there, taken ? new Windows(this, after[0].terms(), now) : null, after, now);
			}
		}
		return null;
	}

	private static ChargeDecision decision(Charge charge, boolean there, @Nullable Windows taken, Window[] windows,
			long now) {
		long[] perRate = new long[FACTS * windows.length];
		long least = Long.MAX_VALUE;
		long longest = 0;
		long wait = 0;
		for (int i = 0; i < windows.length; i++) {
			Window window = windows[i];
			long balance = window.balance(now);
			long more = Math.max(0, balance) + 1;
			long toFull = window.nanosToFull(now);
			perRate[FACTS * i] = balance;
			perRate[FACTS * i + 1] = toFull;
			perRate[FACTS * i + 2] = (more <= capacity(window)) ? window.nanosUntil(more, now) : 0;
			least = Math.min(least, balance);
			longest = Math.max(longest, toFull);
			if (!there) {
				wait = Math.max(wait, (charge.needed() > capacity(window)) ? ChargeDecision.NEVER
						: window.nanosUntil(charge.needed(), now));
			}
		}
		return there ? ChargeDecision.granted(charge, taken, least, longest, perRate)
				: ChargeDecision.refused(charge, least, wait, longest, perRate);
	}

	/** Returns the permits that are available in all rates; a debt is negative. */
	private static long balance(Window[] windows, long now) {
		long least = windows[0].balance(now);
		for (int i = 1; i < windows.length; i++) {
			least = Math.min(least, windows[i].balance(now));
		}
		return least;
	}

	/** Returns how many permits can still be charged before any are forgiven. */
	private static long room(Window[] windows, long now) {
		long room = Long.MAX_VALUE;
		for (Window window : windows) {
			room = Math.min(room, window.room(now));
		}
		return Math.max(0, room);
	}

	private static long capacity(Window window) {
		return window.terms().permits();
	}

	private static Window[] charged(Window[] windows, long permits, long now) {
		Window[] after = new Window[windows.length];
		for (int i = 0; i < after.length; i++) {
			after[i] = windows[i].charged(permits, now);
		}
		return after;
	}

	@Override
	void giveBack(ChargeDecision taken, long permits, PreparedLimit terms, StoreClock clock) {
		while (taken.receipt() instanceof Windows from) {
			Window[] before = this.windows;
			if (before == RETIRED_WINDOWS || before[0].terms() != from.terms()) {
				return;
			}
			long now = clock.sinceEpoch(clock.nanos());
			Window[] after = new Window[before.length];
			for (int i = 0; i < after.length; i++) {
				after[i] = before[i].givenBack(permits, from.time(), now);
			}
			if (WINDOWS.compareAndSet(this, before, after)) {
				return;
			}
		}
	}

	@Override
	long charge(long permits, PreparedLimit terms, StoreClock clock) {
		while (true) {
			Window[] before = this.windows;
			if (before == RETIRED_WINDOWS) {
				return RETIRED;
			}
			long now = clock.sinceEpoch(clock.nanos());
			Window[] current = (terms instanceof Terms own && !own.areThoseOf(before)) ? own.read(before, now) : before;
			long charged = Math.min(permits, room(current, now));
			if (charged == 0 || WINDOWS.compareAndSet(this, before, charged(current, charged, now))) {
				return permits - charged;
			}
		}
	}

	@Override
	boolean lower(long[] atMost, PreparedLimit terms, StoreClock clock) {
		while (terms instanceof Terms own) {
			Window[] before = this.windows;
			if (before == RETIRED_WINDOWS) {
				return false;
			}
			long now = clock.sinceEpoch(clock.nanos());
			Window[] after = (own.areThoseOf(before) ? before : own.read(before, now)).clone();
			for (int i = 0; i < after.length; i++) {
				long missing = after[i].balance(now) - atMost[i];
				after[i] = (missing > 0) ? after[i].charged(missing, now) : after[i];
			}
			if (WINDOWS.compareAndSet(this, before, after)) {
				return true;
			}
		}
		return false;
	}

	@Override
	@Nullable Snapshot view(StoreClock clock) {
		Window[] current = this.windows;
		if (current == RETIRED_WINDOWS) {
			return null;
		}
		long now = clock.sinceEpoch(clock.nanos());
		Snapshot view = view(current, 0, now);
		for (int i = 1; i < current.length; i++) {
			view = view.and(view(current, i, now));
		}
		return view;
	}

	private static Snapshot view(Window[] windows, int rate, long now) {
		Window window = windows[rate];
		return Snapshot.of(windows, capacity(window), window.balance(now), window.nanosToFull(now));
	}

	@Override
	boolean retire(Snapshot seen) {
		return WINDOWS.compareAndSet(this, (Window[]) seen.state(), RETIRED_WINDOWS);
	}

	@Override
	boolean retire() {
		return WINDOWS.getAndSet(this, RETIRED_WINDOWS) != RETIRED_WINDOWS;
	}

	/**
	 * Returns whether a refusal also stores what was converted: otherwise a period that
	 * has become shorter would end only with the longer one.
	 */
	private static boolean isToBeKept(Window[] read, Window[] others) {
		for (Window window : read) {
			WindowRate terms = window.terms();
			boolean shorter = false;
			boolean same = false;
			for (Window other : others) {
				same |= terms.hasWindowsOf(other.terms());
				shorter |= terms.periodNanos() < other.terms().periodNanos();
			}
			if (shorter && !same) {
				return true;
			}
		}
		return false;
	}

	/** A limit of windows, one for each rate. */
	static final class Terms extends PreparedLimit {

		private final WindowRate[] rates;

		Terms(Limit limit) {
			super(limit);
			this.rates = limit.rates().stream().map((rate) -> WindowRate.of(limit, rate)).toArray(WindowRate[]::new);
		}

		@Override
		KeyCell create(Key key, int slot, StoreClock clock, long now) {
			return new WindowCell(key, slot, full(clock.sinceEpoch(now)), now);
		}

		private Window[] full(long now) {
			Window[] windows = new Window[this.rates.length];
			for (int i = 0; i < windows.length; i++) {
				windows[i] = this.rates[i].full(now);
			}
			return windows;
		}

		boolean areThoseOf(Window[] windows) {
			return windows[0].terms() == this.rates[0];
		}

		/**
		 * Returns windows of other terms converted to these. Rates of the same windows
		 * are matched first, the others in their order; a rate without a counterpart
		 * starts full.
		 */
		Window[] read(Window[] others, long now) {
			Window[] windows = new Window[this.rates.length];
			boolean[] used = new boolean[others.length];
			for (int i = 0; i < windows.length; i++) {
				match(i, true, windows, others, used, now);
			}
			for (int i = 0; i < windows.length; i++) {
				match(i, false, windows, others, used, now);
				windows[i] = (windows[i] != null) ? windows[i] : this.rates[i].full(now);
			}
			return windows;
		}

		private void match(int rate, boolean same, Window[] windows, Window[] others, boolean[] used, long now) {
			for (int j = 0; windows[rate] == null && j < others.length; j++) {
				if (!used[j] && (!same || this.rates[rate].hasWindowsOf(others[j].terms()))) {
					windows[rate] = this.rates[rate].after(others[j], now);
					used[j] = true;
				}
			}
		}

	}

	/** The windows at a time, by the terms at that time. */
	private record Windows(WindowCell cell, WindowRate terms, long time) implements KeyTable.CellReceipt {
	}

}
