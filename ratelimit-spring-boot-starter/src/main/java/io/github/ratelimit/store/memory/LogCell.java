package io.github.ratelimit.store.memory;

import io.github.ratelimit.Key;
import io.github.ratelimit.Limit;
import io.github.ratelimit.store.Charge;
import io.github.ratelimit.store.ChargeDecision;
import io.github.ratelimit.store.memory.window.CallLog;
import io.github.ratelimit.store.memory.window.CallLog.Rates;
import org.jspecify.annotations.Nullable;

/**
 * The log of one key, guarded by the cell itself: a copy for each call would cost more
 * than the short wait for the lock.
 */
final class LogCell extends KeyCell {

	/** What is available, when it is full, and when there is more. */
	private static final int FACTS = 3;

	private CallLog log;

	private long changes;

	private boolean retired;

	LogCell(Key key, int slot, Rates rates, long now) {
		super(key, slot, now);
		this.log = new CallLog(rates);
	}

	@Override
	synchronized @Nullable ChargeDecision decide(Charge charge, long permits, PreparedLimit terms, StoreClock clock) {
		if (!(terms instanceof Terms own)) {
			return null;
		}
		long nanos = clock.nanos();
		if (this.retired) {
			return null;
		}
		seen(nanos);
		long now = clock.sinceEpoch(nanos);
		this.log.advance(now);
		CallLog read = this.log.readBy(own.rates);
		boolean there = charge.needed() == 0 || charge.needed() <= read.balance();
		boolean taken = there && permits > 0;
		if (taken) {
			read.add(permits);
		}
		if (taken || (!there && own.rates.isShorterThan(this.log.rates()))) {
			this.log = read;
			this.changes++;
		}
		return decision(charge, there, taken ? new Entry(this, read.now()) : null, read, now);
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
	synchronized void giveBack(ChargeDecision taken, long permits, PreparedLimit terms, StoreClock clock) {
		if (!this.retired && taken.receipt() instanceof Entry entry && terms instanceof Terms own
				&& this.log.rates() == own.rates) {
			this.log.advance(clock.sinceEpoch(clock.nanos()));
			this.log.lower(entry.time(), permits);
			this.changes++;
		}
	}

	@Override
	synchronized long charge(long permits, PreparedLimit terms, StoreClock clock) {
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

	/** An entry counts for every rate: for less time at rates with shorter periods. */
	@Override
	synchronized boolean lower(long[] atMost, PreparedLimit terms, StoreClock clock) {
		if (this.retired || !(terms instanceof Terms own)) {
			return false;
		}
		this.log.advance(clock.sinceEpoch(clock.nanos()));
		CallLog read = this.log.readBy(own.rates);
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

	@Override
	synchronized @Nullable Snapshot view(StoreClock clock) {
		if (this.retired) {
			return null;
		}
		long now = clock.sinceEpoch(clock.nanos());
		this.log.advance(now);
		Snapshot view = view(0, now);
		for (int i = 1; i < this.log.rates().size(); i++) {
			view = view.and(view(i, now));
		}
		return view;
	}

	private Snapshot view(int rate, long now) {
		return Snapshot.of(this.changes, this.log.rates().permits(rate), this.log.balance(rate),
				toFull(this.log, rate, now));
	}

	@Override
	synchronized boolean retire(Snapshot seen) {
		return this.changes == (long) seen.state() && retire();
	}

	@Override
	synchronized boolean retire() {
		boolean first = !this.retired;
		this.retired = true;
		return first;
	}

	/** The calls of one moment. */
	private record Entry(LogCell cell, long time) implements KeyTable.CellReceipt {
	}

	/** A limit that counts by a log of its calls. */
	static final class Terms extends PreparedLimit {

		private final Rates rates;

		Terms(Limit limit) {
			super(limit);
			this.rates = new Rates(limit);
		}

		@Override
		KeyCell create(Key key, int slot, StoreClock clock, long now) {
			return new LogCell(key, slot, this.rates, now);
		}

	}

}
