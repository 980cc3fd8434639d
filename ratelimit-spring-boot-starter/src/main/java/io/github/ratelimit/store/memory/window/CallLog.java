package io.github.ratelimit.store.memory.window;

import io.github.ratelimit.Limit;
import io.github.ratelimit.Rate;
import java.util.Arrays;

/**
 * The calls of one key, the oldest first, in a ring that grows when necessary; calls of
 * one nanosecond are one entry. Each rate has its own sum over its own period. Not
 * thread-safe.
 */
public final class CallLog {

	private static final int SMALLEST = 8;

	private Rates rates;

	/** By position modulo their length, a power of two. */
	private long[] times = new long[SMALLEST];

	private long[] permits = new long[SMALLEST];

	/** The position of the oldest entry that is kept, and the one after the newest. */
	private long begin;

	private long end;

	/** Entries between them whose permits have all been given back. */
	private int zeros;

	/**
	 * For each rate the position of the oldest entry that counts, and the sum of all that
	 * count.
	 */
	private final long[] heads;

	private final long[] sums;

	private long now = Long.MIN_VALUE;

	public CallLog(Rates rates) {
		this.rates = rates;
		this.heads = new long[rates.permits.length];
		this.sums = new long[rates.permits.length];
	}

	public Rates rates() {
		return this.rates;
	}

	/**
	 * Returns this log under other rates. With the same periods this log is kept and
	 * counted by them; otherwise a new one has as many permits, as of now.
	 */
	public CallLog readBy(Rates rates) {
		if (Arrays.equals(rates.periods, this.rates.periods)) {
			this.rates = rates;
			return this;
		}
		CallLog read = new CallLog(rates);
		read.advance(this.now);
		long most = 0;
		for (long sum : this.sums) {
			most = Math.max(most, sum);
		}
		if (most > 0) {
			read.add(most);
		}
		return read;
	}

	int ringSize() {
		return this.times.length;
	}

	private int index(long position) {
		return (int) position & (this.times.length - 1);
	}

	/** Drops what is older than a period. Time does not go back. */
	public void advance(long nanos) {
		this.now = Math.max(this.now, nanos);
		long oldest = this.end;
		for (int rate = 0; rate < this.heads.length; rate++) {
			long head = this.heads[rate];
			while (head < this.end && this.now - this.times[index(head)] >= this.rates.periods[rate]) {
				this.sums[rate] -= this.permits[index(head)];
				head++;
			}
			this.heads[rate] = head;
			oldest = Math.min(oldest, head);
		}
		drop(oldest);
	}

	private void drop(long oldest) {
		for (; this.begin < oldest; this.begin++) {
			this.zeros -= (this.permits[index(this.begin)] == 0) ? 1 : 0;
		}
		if (this.begin == this.end && this.times.length > SMALLEST) {
			this.times = new long[SMALLEST];
			this.permits = new long[SMALLEST];
		}
	}

	/** Returns the time of the log, which is never before the newest entry's. */
	public long now() {
		return this.now;
	}

	public long balance(int rate) {
		return this.rates.permits[rate] - this.sums[rate];
	}

	public long balance() {
		long least = balance(0);
		for (int i = 1; i < this.sums.length; i++) {
			least = Math.min(least, balance(i));
		}
		return least;
	}

	public long room() {
		long room = Long.MAX_VALUE;
		for (int i = 0; i < this.sums.length; i++) {
			room = Math.min(room, balance(i) + this.rates.debts[i]);
		}
		return room;
	}

	public void add(long count) {
		if (this.begin < this.end && this.times[index(this.end - 1)] == this.now) {
			this.permits[index(this.end - 1)] += count;
		}
		else {
			makeRoom();
			this.times[index(this.end)] = this.now;
			this.permits[index(this.end)] = count;
			this.end++;
		}
		for (int i = 0; i < this.sums.length; i++) {
			this.sums[i] += count;
		}
	}

	/** Removes empty entries before the ring grows. */
	private void makeRoom() {
		int kept = (int) (this.end - this.begin);
		if (kept == this.times.length) {
			copyTo((this.zeros > kept / 4) ? kept : 2 * kept);
		}
	}

	private void copyTo(int size) {
		long[] newTimes = new long[size];
		long[] newPermits = new long[size];
		long[] newHeads = this.heads.clone();
		int count = 0;
		for (long position = this.begin; position < this.end; position++) {
			boolean empty = this.permits[index(position)] == 0;
			for (int i = 0; i < newHeads.length; i++) {
				newHeads[i] -= (empty && position < this.heads[i]) ? 1 : 0;
			}
			if (!empty) {
				newTimes[count] = this.times[index(position)];
				newPermits[count] = this.permits[index(position)];
				count++;
			}
		}
		for (int i = 0; i < newHeads.length; i++) {
			this.heads[i] = newHeads[i] - this.begin;
		}
		this.times = newTimes;
		this.permits = newPermits;
		this.begin = 0;
		this.end = count;
		this.zeros = 0;
	}

	/** Takes permits from the entry of a time, if it still exists. */
	public void lower(long time, long count) {
		long position = find(time);
		if (position < 0) {
			return;
		}
		long lowered = Math.min(count, this.permits[index(position)]);
		this.permits[index(position)] -= lowered;
		this.zeros += (lowered > 0 && this.permits[index(position)] == 0) ? 1 : 0;
		for (int i = 0; i < this.sums.length; i++) {
			this.sums[i] -= (position >= this.heads[i]) ? lowered : 0;
		}
		while (this.begin < this.end && this.permits[index(this.end - 1)] == 0) {
			this.end--;
			this.zeros--;
		}
		for (int i = 0; i < this.heads.length; i++) {
			this.heads[i] = Math.min(this.heads[i], this.end);
		}
	}

	private long find(long time) {
		long from = this.begin;
		long to = this.end - 1;
		while (from <= to) {
			long middle = (from + to) >>> 1;
			long found = this.times[index(middle)];
			if (found == time) {
				return middle;
			}
			if (found < time) {
				from = middle + 1;
			}
			else {
				to = middle - 1;
			}
		}
		return -1;
	}

	/** Returns the time from which on this number of permits is available. */
	public long timeOf(long needed) {
		long latest = this.now;
		for (int i = 0; i < this.sums.length; i++) {
			latest = Math.max(latest, timeOf(needed, i));
		}
		return latest;
	}

	/**
	 * Returns the time from which on a rate has this number of permits, at most its own.
	 */
	public long timeOf(long needed, int rate) {
		long missing = needed - balance(rate);
		long time = this.now;
		for (long position = this.heads[rate]; missing > 0; position++) {
			missing -= this.permits[index(position)];
			time = this.times[index(position)] + this.rates.periods[rate];
		}
		return time;
	}

	/** Returns the time from which on nothing counts for a rate. */
	public long timeOfFull(int rate) {
		return (this.sums[rate] == 0) ? this.now : this.times[index(this.end - 1)] + this.rates.periods[rate];
	}

	/** The rates of a limit with a log, as the log counts by them. */
	public static final class Rates {

		private final long[] permits;

		private final long[] periods;

		/** The maximum debts: a log never exceeds twice the permits. */
		private final long[] debts;

		public Rates(Limit limit) {
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

		/**
		 * Returns whether a refusal also stores the log as these rates read it: otherwise
		 * a period that has become shorter would end only with the longer one.
		 */
		public boolean isShorterThan(Rates other) {
			for (int i = 0; i < this.periods.length; i++) {
				if (this.periods[i] < other.periods[Math.min(i, other.periods.length - 1)]) {
					return true;
				}
			}
			return false;
		}

	}

}
