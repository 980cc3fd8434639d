package io.github.ratelimit.test.provider.limits;

import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The permits of one limit for one credential and model. Not thread-safe. All times are
 * microseconds since 1970 and never go back.
 */
abstract sealed class Meter permits BucketMeter, WindowMeter {

	private ProviderLimit limit;

	private long now;

	private long charged;

	private final long started;

	private final SortedMap<Long, WindowCounts> windows = new TreeMap<>();

	Meter(ProviderLimit limit, long now) {
		this.limit = limit;
		this.now = now;
		this.started = now;
	}

	static Meter of(ProviderLimit limit, long now) {
		return limit.fixedWindow() ? new WindowMeter(limit, now) : new BucketMeter(limit, now);
	}

	/** Refills permits up to now; an earlier time changes nothing. */
	final void advance(long now) {
		if (now > this.now) {
			refill(this.now, now);
			this.now = now;
		}
	}

	/** Charges an admitted call. */
	final void admit(long permits) {
		charge(permits);
		count(1, 0, 0);
	}

	/** Counts a refused call, and charges it what is available of a number of permits. */
	final void refuse(long permits) {
		charge(Math.min(permits, Math.max(0, (long) Math.floor(available()))));
		count(0, 1, 0);
	}

	/** Replaces a charge by another, both of a call that was admitted then. */
	final void correct(long before, long after, long admitted) {
		long change = after - before;
		if (change > 0 || (change < 0 && isInWindowOf(admitted))) {
			charge(change);
		}
	}

	private void charge(long permits) {
		add(-permits);
		this.charged += permits;
		count(0, 0, permits);
	}

	private void count(long admitted, long refused, long charged) {
		long length = Micros.of(this.limit.window());
		long first = this.limit.fixedWindow() ? 0 : this.started;
		long window = Math.floorDiv(this.now - first, length);
		this.windows.merge(window,
				new WindowCounts(Micros.instant(first + window * length), admitted, refused, charged),
				WindowCounts::plus);
	}

	final void changeTo(ProviderLimit changed) {
		change(this.limit, changed);
		this.limit = changed;
	}

	final ProviderLimit limit() {
		return this.limit;
	}

	final long now() {
		return this.now;
	}

	final LimitCounts counts() {
		return new LimitCounts(this.limit, this.charged, offered(), List.copyOf(this.windows.values()));
	}

	final LimitState state() {
		return new LimitState(this.limit, available(), Micros.instant(this.now));
	}

	/** Returns how many permits could have been charged until now. */
	abstract double offered();

	abstract double available();

	abstract boolean has(long permits);

	abstract void refill(long from, long to);

	abstract void add(long permits);

	abstract void change(ProviderLimit before, ProviderLimit after);

	abstract boolean isInWindowOf(long admitted);

}
