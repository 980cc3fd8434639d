package io.github.ratelimit.store.memory;

import io.github.ratelimit.Key;
import io.github.ratelimit.Limit;

/** A limit of windows: the terms of its rates in turn. */
final class WindowTerms extends LimitTerms {

	private final RateTerms[] rates;

	WindowTerms(Limit limit) {
		super(limit);
		this.rates = limit.rates().stream().map((rate) -> RateTerms.of(limit, rate)).toArray(RateTerms[]::new);
	}

	@Override
	KeyCell create(Key key, int slot, StoreClock clock, long now) {
		return new WindowCell(key, slot, full(clock.sinceEpoch(now)), now);
	}

	private RateWindow[] full(long now) {
		RateWindow[] windows = new RateWindow[this.rates.length];
		for (int i = 0; i < windows.length; i++) {
			windows[i] = this.rates[i].full(now);
		}
		return windows;
	}

	boolean areThoseOf(RateWindow[] windows) {
		return windows[0].terms() == this.rates[0];
	}

	/**
	 * Returns windows of other terms read by these: a rate counts as the one of the same
	 * windows did, in proportion, else the same part of it is used from now on. Rates of
	 * the same windows are matched first, the others in their order; a rate that has no
	 * counterpart starts full.
	 */
	RateWindow[] read(RateWindow[] others, long now) {
		RateWindow[] windows = new RateWindow[this.rates.length];
		boolean[] used = new boolean[others.length];
		for (int i = 0; i < windows.length; i++) {
			for (int j = 0; windows[i] == null && j < others.length; j++) {
				RateWindow same = used[j] ? null : this.rates[i].inProportion(others[j], now);
				if (same != null) {
					windows[i] = same;
					used[j] = true;
				}
			}
		}
		for (int i = 0; i < windows.length; i++) {
			if (windows[i] == null) {
				windows[i] = this.rates[i].full(now);
				for (int j = 0; j < others.length; j++) {
					if (!used[j]) {
						windows[i] = windows[i].charged(usedOf(others[j], this.rates[i], now), now);
						used[j] = true;
						break;
					}
				}
			}
		}
		return windows;
	}

	private static long usedOf(RateWindow other, RateTerms rate, long now) {
		long permits = other.terms().permits();
		return rate.scaled(permits - other.balance(now), permits);
	}

}
