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

	/** What is available, when it is full, and when there is more. */
	private static final int FACTS = 3;

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
			return decision(charge, there, taken ? new Entry(this, read.now()) : null, read, now);
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

	private static ChargeDecision decision(Charge charge, boolean there, @Nullable Entry taken, CallLog log, long now) {
		long[] perRate = new long[FACTS * log.rates().size()];
		long longest = 0;
		for (int i = 0; i < log.rates().size(); i++) {
			long more = Math.max(0, log.balance(i)) + 1;
			perRate[FACTS * i] = log.balance(i);
			perRate[FACTS * i + 1] = toFull(log, i, now);
			perRate[FACTS * i + 2] = (more <= log.rates().permits(i)) ? Math.max(0, log.timeOf(more, i) - now) : 0;
			longest = Math.max(longest, perRate[FACTS * i + 1]);
		}
		if (there) {
			return ChargeDecision.granted(charge, taken, log.balance(), longest, perRate);
		}
		long wait = (charge.needed() > charge.limit().capacity()) ? ChargeDecision.NEVER
				: log.timeOf(charge.needed()) - now;
		return ChargeDecision.refused(charge, log.balance(), wait, longest, perRate);
	}

	private static long toFull(CallLog log, int rate, long now) {
		return Math.max(0, log.timeOfFull(rate) - now);
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
			CellSnapshot view = view(0, now);
			for (int i = 1; i < this.log.rates().size(); i++) {
				view = view.and(view(i, now));
			}
			return view;
		}
	}

	private CellSnapshot view(int rate, long now) {
		return CellSnapshot.of(this.changes, this.log.rates().permits(rate), this.log.balance(rate),
				toFull(this.log, rate, now));
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
