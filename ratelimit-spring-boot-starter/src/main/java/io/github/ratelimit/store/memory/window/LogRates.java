package io.github.ratelimit.store.memory.window;

import io.github.ratelimit.Limit;
import io.github.ratelimit.Rate;
import java.util.Arrays;

/** The rates of a limit with a log, as the log counts by them. */
public final class LogRates {

	private final long[] permits;

	private final long[] periods;

	private final long[] debts;

	public LogRates(Limit limit) {
		this.permits = limit.rates().stream().mapToLong(Rate::permits).toArray();
		this.periods = limit.rates().stream().mapToLong((rate) -> rate.period().toNanos()).toArray();
		this.debts = Arrays.stream(this.permits).map((most) -> Math.min(limit.maxDebt(), most)).toArray();
	}

	public int size() {
		return this.permits.length;
	}

	public long permits(int rate) {
		return this.permits[rate];
	}

	/** Returns nanoseconds. */
	long period(int rate) {
		return this.periods[rate];
	}

	/** Returns the maximum debt of a rate: a log never exceeds twice it. */
	long debt(int rate) {
		return this.debts[rate];
	}

	public boolean hasPeriodsOf(LogRates other) {
		return Arrays.equals(this.periods, other.periods);
	}

	/**
	 * Returns whether a refusal also stores the log as these rates read it: otherwise a
	 * period that has become shorter would end only with the longer one.
	 */
	public boolean isShorterThan(LogRates other) {
		for (int i = 0; i < this.periods.length; i++) {
			if (this.periods[i] < other.periods[Math.min(i, other.periods.length - 1)]) {
				return true;
			}
		}
		return false;
	}

}
