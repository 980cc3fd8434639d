package io.github.ratelimit.store;

import io.github.ratelimit.Limit;

/** Windows at whole periods of the clock, each bringing all permits at once. */
final class FixedWindowModel extends WindowModel {

	private final long[] balances;

	private final long[] windows;

	FixedWindowModel(Limit limit, long now, long resolution) {
		super(limit, now, resolution);
		this.balances = new long[limit.quotas()];
		this.windows = new long[limit.quotas()];
		for (int i = 0; i < this.balances.length; i++) {
			this.balances[i] = permits(i);
			this.windows[i] = windowAfter(i, 0);
		}
	}

	private long windowAfter(int rate, long wait) {
		return Math.floorDiv(microsAfter(wait), periodMicros(rate));
	}

	@Override
	long balanceAfter(int rate, long wait) {
		long balance = this.balances[rate];
		for (long window = this.windows[rate]; window < windowAfter(rate, wait) && balance < permits(rate); window++) {
			balance = Math.min(permits(rate), balance + permits(rate));
		}
		return balance;
	}

	private void turn() {
		for (int i = 0; i < this.balances.length; i++) {
			this.balances[i] = balanceAfter(i, 0);
			this.windows[i] = windowAfter(i, 0);
		}
	}

	@Override
	public Object takeFrom(long permits) {
		turn();
		for (int i = 0; i < this.balances.length; i++) {
			this.balances[i] -= permits;
		}
		return this.windows.clone();
	}

	@Override
	public void giveBackTo(Object from, long permits) {
		turn();
		for (int i = 0; i < this.balances.length; i++) {
			if (((long[]) from)[i] == this.windows[i]) {
				this.balances[i] = Math.min(permits(i), this.balances[i] + permits);
			}
		}
	}

	@Override
	protected long room() {
		return plusDebt(balance(), limit().maxDebt());
	}

}
