package io.github.ratelimit.store.memory;

import io.github.ratelimit.Key;
import io.github.ratelimit.store.Charge;
import io.github.ratelimit.store.ChargeDecision;
import io.github.ratelimit.store.memory.window.CallLog;
import io.github.ratelimit.store.memory.window.LogRates;
import org.jspecify.annotations.Nullable;

/**
 * The log of one key, guarded by its own lock: a copy for each call would cost more than
 * the short wait for the lock.
 */
final class LogCell extends KeyCell {

	private final Object lock = new Object();

	private CallLog log;

	private long changes;

	private boolean retired;

	LogCell(Key key, int slot, LogRates rates, long now) {
		super(key, slot, now);
		this.log = new CallLog(rates);
	}

	@Override
	@Nullable ChargeDecision decide(Charge charge, long permits, PreparedLimit terms, StoreClock clock) {
		if (!(terms instanceof LogLimit own)) {
			return null;
		}
		synchronized (this.lock) {
			long nanos = clock.nanos();
			if (this.retired) {
				return null;
			}
			seen(nanos);
			long now = clock.sinceEpoch(nanos);
			this.log.advance(now);
			CallLog read = readBy(own.rates());
			boolean there = charge.needed() == 0 || charge.needed() <= read.balance();
			boolean taken = there && permits > 0;
			if (taken) {
				read.add(permits);
			}
			if (taken || (!there && own.rates().isShorterThan(this.log.rates()))) {
				this.log = read;
				this.changes++;
			}
			return there ? granted(charge, taken ? new Entry(this, read.now()) : null, read, now)
					: refused(charge, read, now);
		}
	}

	/**
	 * Returns the log under other rates. With the same periods the log is kept and
	 * counted by them; otherwise it is replaced by one with as many permits, as of now.
	 */
	private CallLog readBy(LogRates rates) {
		if (rates.hasPeriodsOf(this.log.rates())) {
			this.log.use(rates);
			return this.log;
		}
		CallLog read = new CallLog(rates);
		read.advance(this.log.now());
		long permits = 0;
		for (int i = 0; i < this.log.rates().size(); i++) {
			permits = Math.max(permits, this.log.rates().permits(i) - this.log.balance(i));
		}
		if (permits > 0) {
			read.add(permits);
		}
		return read;
	}

	private double used() {
		double used = 0;
		for (int i = 0; i < this.log.rates().size(); i++) {
			long permits = this.log.rates().permits(i);
			used = Math.max(used, (double) (permits - this.log.balance(i)) / permits);
		}
		return used;
	}

	private static ChargeDecision granted(Charge charge, @Nullable Entry entry, CallLog log, long now) {
		return ChargeDecision.granted(charge, entry, log.balance(), toFull(log, now), perRate(log, now));
	}

	private static ChargeDecision refused(Charge charge, CallLog log, long now) {
		long wait = (charge.needed() > charge.limit().capacity()) ? ChargeDecision.NEVER
				: log.timeOf(charge.needed()) - now;
		return ChargeDecision.refused(charge, log.balance(), wait, toFull(log, now), perRate(log, now));
	}

	private static long toFull(CallLog log, long now) {
		long longest = toFull(log, 0, now);
		for (int i = 1; i < log.rates().size(); i++) {
			longest = Math.max(longest, toFull(log, i, now));
		}
		return longest;
	}

	private static long toFull(CallLog log, int rate, long now) {
		return Math.max(0, log.timeOfFull(rate) - now);
	}

	/** What is available, when it is full, and when there is more. */
	private static long[] perRate(CallLog log, long now) {
		int rates = log.rates().size();
		long[] perRate = new long[3 * rates];
		for (int i = 0; i < rates; i++) {
			long more = Math.max(0, log.balance(i)) + 1;
			perRate[3 * i] = log.balance(i);
			perRate[3 * i + 1] = toFull(log, i, now);
			perRate[3 * i + 2] = (more <= log.rates().permits(i)) ? Math.max(0, log.timeOf(more, i) - now) : 0;
		}
		return perRate;
	}

	@Override
	void giveBack(ChargeDecision taken, long permits, PreparedLimit terms, StoreClock clock) {
		synchronized (this.lock) {
			if (!this.retired && taken.receipt() instanceof Entry entry && terms instanceof LogLimit own
					&& this.log.rates() == own.rates()) {
				this.log.advance(clock.sinceEpoch(clock.nanos()));
				this.log.lower(entry.time(), permits);
				this.changes++;
			}
		}
	}

	@Override
	long charge(long permits, PreparedLimit terms, StoreClock clock) {
		synchronized (this.lock) {
			if (this.retired) {
				return RETIRED;
			}
			this.log.advance(clock.sinceEpoch(clock.nanos()));
			long charged = Math.min(permits, Math.max(0, this.log.room()));
			if (charged > 0) {
				this.log.add(charged);
				this.changes++;
			}
			return permits - charged;
		}
	}

	/** An entry counts for every rate: for less time at rates with shorter periods. */
	@Override
	boolean lower(long[] atMost, PreparedLimit terms, StoreClock clock) {
		synchronized (this.lock) {
			if (this.retired || !(terms instanceof LogLimit own)) {
				return false;
			}
			this.log.advance(clock.sinceEpoch(clock.nanos()));
			CallLog read = readBy(own.rates());
			long missing = 0;
			for (int i = 0; i < atMost.length; i++) {
				missing = Math.max(missing, read.balance(i) - atMost[i]);
			}
			if (missing > 0) {
				read.add(missing);
				this.log = read;
				this.changes++;
			}
			return true;
		}
	}

	@Override
	@Nullable CellSnapshot view(StoreClock clock) {
		synchronized (this.lock) {
			if (this.retired) {
				return null;
			}
			long now = clock.sinceEpoch(clock.nanos());
			this.log.advance(now);
			LogRates rates = this.log.rates();
			int nearest = 0;
			long spent = 0;
			for (int i = 0; i < rates.size(); i++) {
				nearest = (this.log.balance(i) < this.log.balance(nearest)) ? i : nearest;
				spent = Math.max(spent, rates.permits(i) - this.log.balance(i));
			}
			return new CellSnapshot(this.changes, rates.permits(nearest), this.log.balance(nearest),
					toFull(this.log, now), spent, used());
		}
	}

	@Override
	boolean retire(CellSnapshot seen) {
		synchronized (this.lock) {
			return this.changes == (long) seen.state() && retire();
		}
	}

	@Override
	boolean retire() {
		synchronized (this.lock) {
			boolean first = !this.retired;
			this.retired = true;
			return first;
		}
	}

	/** The calls of one moment. */
	private record Entry(LogCell cell, long time) implements CellReceipt {
	}

}
