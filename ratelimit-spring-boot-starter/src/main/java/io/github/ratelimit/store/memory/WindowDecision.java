package io.github.ratelimit.store.memory;

import io.github.ratelimit.store.Charge;
import io.github.ratelimit.store.ChargeDecision;
import io.github.ratelimit.store.Receipt;
import io.github.ratelimit.store.memory.window.Window;
import org.jspecify.annotations.Nullable;

/**
 * Makes decisions from the windows of a key, in whole permits.
 */
final class WindowDecision {

	/** What is available, when it is full, and when there is more. */
	private static final int FACTS = 3;

	private WindowDecision() {
	}

	/** Returns the permits that are available in all rates; a debt is negative. */
	static long balance(Window[] windows, long now) {
		long least = windows[0].balance(now);
		for (int i = 1; i < windows.length; i++) {
			least = Math.min(least, windows[i].balance(now));
		}
		return least;
	}

	/** Returns how many permits can still be charged before any are forgiven. */
	static long room(Window[] windows, long now) {
		long room = Long.MAX_VALUE;
		for (Window window : windows) {
			room = Math.min(room, window.room(now));
		}
		return Math.max(0, room);
	}

	private static long capacity(Window window) {
		return window.terms().permits();
	}

	static ChargeDecision granted(Charge charge, @Nullable Receipt receipt, Window[] after, long now) {
		long[] perRate = perRate(after, now);
		return ChargeDecision.granted(charge, receipt, least(perRate), longest(perRate), perRate);
	}

	static ChargeDecision refused(Charge charge, Window[] windows, long now) {
		long wait = 0;
		for (Window window : windows) {
			wait = Math.max(wait, (charge.needed() > capacity(window)) ? ChargeDecision.NEVER
					: window.nanosUntil(charge.needed(), now));
		}
		long[] perRate = perRate(windows, now);
		return ChargeDecision.refused(charge, least(perRate), wait, longest(perRate), perRate);
	}

	static CellSnapshot view(Window[] windows, long now) {
		Window nearest = windows[0];
		long longest = 0;
		long spent = 0;
		double used = 0;
		for (Window window : windows) {
			long missing = capacity(window) - window.balance(now);
			nearest = (window.balance(now) < nearest.balance(now)) ? window : nearest;
			longest = Math.max(longest, window.nanosToFull(now));
			spent = Math.max(spent, missing);
			used = Math.max(used, (double) missing / capacity(window));
		}
		return new CellSnapshot(windows, capacity(nearest), nearest.balance(now), longest, spent, used);
	}

	private static long[] perRate(Window[] windows, long now) {
		long[] perRate = new long[FACTS * windows.length];
		for (int i = 0; i < windows.length; i++) {
			long balance = windows[i].balance(now);
			perRate[FACTS * i] = balance;
			perRate[FACTS * i + 1] = windows[i].nanosToFull(now);
			perRate[FACTS * i + 2] = nanosToMore(windows[i], balance, now);
		}
		return perRate;
	}

	private static long nanosToMore(Window window, long balance, long now) {
		long more = Math.max(0, balance) + 1;
		return (more <= capacity(window)) ? window.nanosUntil(more, now) : 0;
	}

	private static long least(long[] perRate) {
		long least = perRate[0];
		for (int i = FACTS; i < perRate.length; i += FACTS) {
			least = Math.min(least, perRate[i]);
		}
		return least;
	}

	private static long longest(long[] perRate) {
		long longest = perRate[1];
		for (int i = FACTS + 1; i < perRate.length; i += FACTS) {
			longest = Math.max(longest, perRate[i]);
		}
		return longest;
	}

}
