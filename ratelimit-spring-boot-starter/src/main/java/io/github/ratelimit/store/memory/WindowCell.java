package io.github.ratelimit.store.memory;

import io.github.ratelimit.Key;
import io.github.ratelimit.store.Charge;
import io.github.ratelimit.store.ChargeDecision;
import io.github.ratelimit.store.memory.window.Window;
import io.github.ratelimit.store.memory.window.WindowRate;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * The windows of one key, one for each rate: an immutable array that is replaced by
 * compare-and-set.
 */
final class WindowCell extends KeyCell {

	private static final VarHandle WINDOWS;

	static {
		try {
			WINDOWS = MethodHandles.lookup().findVarHandle(WindowCell.class, "windows", Window[].class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	private static final Window[] RETIRED_WINDOWS = {};

	private volatile Window[] windows;

	WindowCell(Key key, int slot, Window[] windows, long now) {
		super(key, slot, now);
		this.windows = windows;
	}

	@Override
	@Nullable ChargeDecision decide(Charge charge, long permits, PreparedLimit terms, StoreClock clock) {
		while (terms instanceof WindowLimit own) {
			Window[] before = this.windows;
			if (before == RETIRED_WINDOWS) {
				return null;
			}
			long nanos = clock.nanos();
			seen(nanos);
			long now = clock.sinceEpoch(nanos);
			boolean same = own.areThoseOf(before);
			Window[] current = same ? before : own.read(before, now);
			boolean there = charge.needed() == 0 || charge.needed() <= WindowDecision.balance(current, now);
			boolean taken = there && permits > 0;
			Window[] after = taken ? charged(current, permits, now) : current;
			boolean kept = taken || (!same && !there && WindowLimit.isToBeKept(current, before));
			if (!kept || WINDOWS.compareAndSet(this, before, after)) {
				return there ? WindowDecision.granted(charge, taken ? new Windows(this, after[0].terms(), now) : null,
						after, now) : WindowDecision.refused(charge, after, now);
			}
		}
		return null;
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
			Window[] current = (terms instanceof WindowLimit own && !own.areThoseOf(before)) ? own.read(before, now)
					: before;
			long charged = Math.min(permits, WindowDecision.room(current, now));
			if (charged == 0 || WINDOWS.compareAndSet(this, before, charged(current, charged, now))) {
				return permits - charged;
			}
		}
	}

	@Override
	boolean lower(long[] atMost, PreparedLimit terms, StoreClock clock) {
		while (terms instanceof WindowLimit own) {
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
	@Nullable CellSnapshot view(StoreClock clock) {
		Window[] current = this.windows;
		return (current == RETIRED_WINDOWS) ? null : WindowDecision.view(current, clock.sinceEpoch(clock.nanos()));
	}

	@Override
	boolean retire(CellSnapshot seen) {
		return WINDOWS.compareAndSet(this, (Window[]) seen.state(), RETIRED_WINDOWS);
	}

	@Override
	boolean retire() {
		return WINDOWS.getAndSet(this, RETIRED_WINDOWS) != RETIRED_WINDOWS;
	}

	/** The windows at a time, by the terms at that time. */
	private record Windows(WindowCell cell, WindowRate terms, long time) implements CellReceipt {
	}

}
