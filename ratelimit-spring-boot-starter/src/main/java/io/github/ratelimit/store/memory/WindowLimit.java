package io.github.ratelimit.store.memory;

import io.github.ratelimit.Key;
import io.github.ratelimit.Limit;
import io.github.ratelimit.store.memory.window.Window;
import io.github.ratelimit.store.memory.window.WindowRate;

/**
 * A limit of windows, one for each rate.
 */
final class WindowLimit extends PreparedLimit {

	private final WindowRate[] rates;

	WindowLimit(Limit limit) {
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
	 * Returns windows of other terms converted to these. Rates of the same windows are
	 * matched first, the others in their order; a rate without a counterpart starts full.
	 */
	Window[] read(Window[] others, long now) {
		Window[] windows = new Window[this.rates.length];
		boolean[] used = new boolean[others.length];
		for (int i = 0; i < windows.length; i++) {
			for (int j = 0; windows[i] == null && j < others.length; j++) {
				if (!used[j] && this.rates[i].hasWindowsOf(others[j].terms())) {
					windows[i] = this.rates[i].after(others[j], now);
					used[j] = true;
				}
			}
		}
		for (int i = 0; i < windows.length; i++) {
			if (windows[i] == null) {
				windows[i] = this.rates[i].full(now);
				for (int j = 0; j < others.length; j++) {
					if (!used[j]) {
						windows[i] = this.rates[i].after(others[j], now);
						used[j] = true;
						break;
					}
				}
			}
		}
		return windows;
	}

	/**
	 * Returns whether a refusal also stores what was converted: otherwise a period that
	 * has become shorter would end only with the longer one.
	 */
	static boolean isToBeKept(Window[] read, Window[] others) {
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

}
