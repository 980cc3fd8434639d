package io.github.ratelimit.store;

import io.github.ratelimit.Limit;
import io.github.ratelimit.ManualTime;
import java.util.function.LongPredicate;

/**
 * A limit of windows. A kind only has to determine what is available at a time if nothing
 * is taken before it: waits are found by a search for the first such time.
 */
abstract class WindowModel extends LimitModel {

	private static final long START = Math.multiplyExact(new ManualTime().wallTime().getEpochSecond(), 1_000_000_000L);

	WindowModel(Limit limit, long now, long resolution) {
		super(limit, now, resolution);
	}

	/** Returns the balance that a rate has so long after now, if nothing is taken. */
	abstract long balanceAfter(int rate, long wait);

	@Override
	protected final long balance(int rate) {
		return balanceAfter(rate, 0);
	}

	@Override
	protected final long waitForPayable(long needed) {
		return (needed == 0) ? 0 : firstTime((wait) -> {
			for (int i = 0; i < limit().quotas(); i++) {
				if (balanceAfter(i, wait) < needed) {
					return false;
				}
			}
			return true;
		});
	}

	@Override
	public final long timeToFull(int rate) {
		return firstTime((wait) -> balanceAfter(rate, wait) == permits(rate));
	}

	private long firstTime(LongPredicate reached) {
		if (reached.test(0)) {
			return 0;
		}
		long no = 0;
		long yes = 1;
		while (!reached.test(yes * resolution())) {
			no = yes;
			yes = Math.multiplyExact(yes, 2);
		}
		while (yes - no > 1) {
			long middle = no + (yes - no) / 2;
			if (reached.test(middle * resolution())) {
				yes = middle;
			}
			else {
				no = middle;
			}
		}
		return yes * resolution();
	}

	/** Returns microseconds since the epoch, so long after now. */
	protected final long microsAfter(long wait) {
		return micros(nanosAfter(wait));
	}

	/**
	 * Returns nanoseconds since the epoch at a time after now, by the store's clock.
	 */
	protected final long nanosAfter(long wait) {
		return Math.floorDiv(START + now() + wait, resolution()) * resolution();
	}

	protected static long micros(long nanos) {
		return Math.floorDiv(nanos, 1_000L);
	}

	protected final long permits(int rate) {
		return limit().rates().get(rate).permits();
	}

	protected final long periodMicros(int rate) {
		return periodNanos(rate) / 1_000;
	}

	protected final long periodNanos(int rate) {
		return limit().rates().get(rate).period().toNanos();
	}

}
