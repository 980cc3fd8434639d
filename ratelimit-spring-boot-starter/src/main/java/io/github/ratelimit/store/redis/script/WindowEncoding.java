package io.github.ratelimit.store.redis.script;

import io.github.ratelimit.Limit;
import io.github.ratelimit.Rate;
import java.nio.ByteBuffer;

/**
 * A limit of windows, in the integers that its script counts in: permits and
 * microseconds. Immutable.
 */
final class WindowEncoding extends LimitEncoding {

	private static final int NUMBERS_OF_A_RATE = 5;

	private final char kind;

	private final byte[] rates;

	/**
	 * Creates an encoding.
	 * @param kind the name of the algorithm in terms and records
	 * @throws IllegalArgumentException if a rate cannot be counted exactly
	 */
	WindowEncoding(Limit limit, char kind) {
		super(limit);
		this.kind = kind;
		int size = limit.rates().size();
		ByteBuffer packed = buffer(NUMBERS_OF_A_RATE * size * Double.BYTES);
		for (Rate rate : limit.rates()) {
			packed.putDouble(rate.permits()).putDouble(micros(rate));
		}
		for (Rate rate : limit.rates()) {
			pack(rate, packed);
		}
		this.rates = packed.array();
	}

	private static long micros(Rate rate) {
		return rate.period().toNanos() / 1000;
	}

	/** Adds the most that can be charged, and two numbers of the kind. */
	private void pack(Rate rate, ByteBuffer packed) {
		long debt = Math.min(limit().maxDebt(), MOST - rate.permits());
		long small = rate.permits() + Math.min(debt, rate.permits());
		switch (this.kind) {
			case 'S' -> {
				checkSegments(rate);
				packed.putDouble(rate.permits() + debt).putDouble(limit().segments()).putDouble(0);
			}
			case 'C' -> {
				long step = step(micros(rate), small);
				packed.putDouble(small).putDouble(step).putDouble(ceilDiv(micros(rate), step));
			}
			case 'L' -> packed.putDouble(small).putDouble(0).putDouble(0);
			default -> packed.putDouble(rate.permits() + debt).putDouble(0).putDouble(0);
		}
	}

	private void checkSegments(Rate rate) {
		if (micros(rate) > MOST / limit().segments()) {
			throw new IllegalArgumentException("Limit '" + limit().name() + "' divides the period of " + rate + " into "
					+ limit().segments() + " segments, which Redis cannot count exactly: microseconds times segments "
					+ "has to stay below 2^53. Write at most " + MOST / micros(rate)
					+ " segments, or a shorter period.");
		}
	}

	/** Returns the step of time with which no product of steps and permits overflows. */
	private static long step(long periodMicros, long mostPermits) {
		return ceilDiv(periodMicros, Math.min(periodMicros, (MOST / 2) / mostPermits));
	}

	private static long ceilDiv(long dividend, long divisor) {
		return (dividend + divisor - 1) / divisor;
	}

	@Override
	ByteBuffer terms(long permits, long needed, boolean enforced, int more) {
		return head(this.kind, enforced, 2 + this.rates.length / Double.BYTES, more).putDouble(permits)
			.putDouble(needed)
			.put(this.rates);
	}

}
