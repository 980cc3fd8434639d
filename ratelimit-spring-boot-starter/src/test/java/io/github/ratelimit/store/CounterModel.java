package io.github.ratelimit.store;

import io.github.ratelimit.Limit;
import java.math.BigInteger;

/**
 * The window's own count, and that of the one before by the part of it that is still
 * within a period, in steps that keep the products within 2^52.
 */
final class CounterModel extends EventsModel {

	private static final BigInteger MOST = BigInteger.ONE.shiftLeft(52);

	CounterModel(Limit limit, long now, long resolution) {
		super(limit, now, resolution);
	}

	@Override
	long balanceAfter(int rate, long wait) {
		long time = microsAfter(wait);
		long window = Math.floorDiv(time, periodMicros(rate));
		long step = step(rate);
		BigInteger steps = BigInteger.valueOf(ceilDiv(periodMicros(rate), step));
		BigInteger elapsed = BigInteger.valueOf(Math.floorMod(time, periodMicros(rate)) / step);
		BigInteger before = BigInteger.valueOf(count(rate, window - 1));
		BigInteger used = before.multiply(steps.subtract(elapsed))
			.add(BigInteger.valueOf(count(rate, window)).multiply(steps));
		BigInteger[] left = BigInteger.valueOf(permits(rate)).multiply(steps).subtract(used).divideAndRemainder(steps);
		return left[0].longValueExact() - ((left[1].signum() < 0) ? 1 : 0);
	}

	private long count(int rate, long window) {
		return sum((nanos) -> Math.floorDiv(micros(nanos), periodMicros(rate)) == window);
	}

	private long debt(int rate) {
		return Math.min(limit().maxDebt(), permits(rate));
	}

	private long step(int rate) {
		BigInteger most = BigInteger.valueOf(Math.max(1, permits(rate) + debt(rate)));
		long steps = MOST.divide(most).min(BigInteger.valueOf(periodMicros(rate))).longValueExact();
		return ceilDiv(periodMicros(rate), steps);
	}

	private static long ceilDiv(long dividend, long divisor) {
		return (dividend + divisor - 1) / divisor;
	}

	@Override
	protected long room() {
		long room = Long.MAX_VALUE;
		for (int i = 0; i < limit().quotas(); i++) {
			long window = Math.floorDiv(microsAfter(0), periodMicros(i));
			room = Math.min(room, permits(i) + debt(i) - count(i, window));
		}
		return room;
	}

}
