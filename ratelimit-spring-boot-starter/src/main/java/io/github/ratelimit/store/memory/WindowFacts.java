package io.github.ratelimit.store.memory;

import io.github.ratelimit.Charge;
import io.github.ratelimit.LimitDecision;
import io.github.ratelimit.Receipt;
import org.jspecify.annotations.Nullable;

/** The windows of a key as a decision with its facts. */
final class WindowFacts {

	private WindowFacts() {
	}

	static LimitDecision granted(Charge charge, @Nullable Receipt receipt, RateWindow[] after, long now) {
		if (after.length == 1) {
			return LimitDecision.granted(charge, receipt, after[0].balance(now), after[0].nanosToFull(now), null);
		}
		long[] perRate = perRate(after, now);
		return LimitDecision.granted(charge, receipt, least(perRate), longest(perRate), perRate);
	}

	static LimitDecision refused(Charge charge, RateWindow[] windows, long now) {
		long wait = 0;
		for (RateWindow window : windows) {
			wait = Math.max(wait, (charge.needed() > window.terms().permits()) ? LimitDecision.NEVER
					: window.nanosUntil(charge.needed(), now));
		}
		if (windows.length == 1) {
			return LimitDecision.refused(charge, windows[0].balance(now), wait, windows[0].nanosToFull(now), null);
		}
		long[] perRate = perRate(windows, now);
		return LimitDecision.refused(charge, least(perRate), wait, longest(perRate), perRate);
	}

	static CellView view(RateWindow[] windows, long now) {
		RateWindow nearest = windows[0];
		long longest = 0;
		long spent = 0;
		double used = 0;
		for (RateWindow window : windows) {
			long missing = window.terms().permits() - window.balance(now);
			nearest = (window.balance(now) < nearest.balance(now)) ? window : nearest;
			longest = Math.max(longest, window.nanosToFull(now));
			spent = Math.max(spent, missing);
			used = Math.max(used, (double) missing / window.terms().permits());
		}
		return new CellView(windows, nearest.terms().permits(), nearest.balance(now), longest, spent, used);
	}

	private static long[] perRate(RateWindow[] windows, long now) {
		long[] perRate = new long[2 * windows.length];
		for (int i = 0; i < windows.length; i++) {
			perRate[2 * i] = windows[i].balance(now);
			perRate[2 * i + 1] = windows[i].nanosToFull(now);
		}
		return perRate;
	}

	private static long least(long[] perRate) {
		long least = perRate[0];
		for (int i = 2; i < perRate.length; i += 2) {
			least = Math.min(least, perRate[i]);
		}
		return least;
	}

	private static long longest(long[] perRate) {
		long longest = perRate[1];
		for (int i = 3; i < perRate.length; i += 2) {
			longest = Math.max(longest, perRate[i]);
		}
		return longest;
	}

}
