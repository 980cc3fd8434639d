package io.github.ratelimit.store.redis;

import io.github.ratelimit.Limit;
import io.github.ratelimit.Rate;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;

/**
 * A limit in the whole numbers that its script counts in. Of each rate, permits and
 * microseconds are brought to lowest terms; a permit is as many units of level as there
 * are microseconds, and a microsecond gains as many units as there are permits. So every
 * level is an integer, below 2^53 and therefore exact in Lua. Immutable.
 */
final class LevelScale {

	static final long MOST = 1L << 53;

	private final Limit limit;

	private final long[] unit;

	private final long[] gain;

	private final long[] full;

	private final byte[] rates;

	private final byte[] termsOfOne;

	private LevelScale(Limit limit) {
		this.limit = limit;
		int size = limit.rates().size();
		this.unit = new long[size];
		this.gain = new long[size];
		this.full = new long[size];
		ByteBuffer packed = buffer(2 * size * Double.BYTES);
		for (int i = 0; i < size; i++) {
			Rate rate = limit.rates().get(i);
			BigInteger micros = BigInteger.valueOf(rate.period().toNanos() / 1000);
			BigInteger permits = BigInteger.valueOf(rate.permits());
			BigInteger divisor = permits.gcd(micros);
			BigInteger most = micros.divide(divisor).multiply(BigInteger.valueOf(rate.burst()));
			if (most.bitLength() > 53) {
				throw new IllegalArgumentException(tooFine(limit, rate));
			}
			this.unit[i] = micros.divide(divisor).longValueExact();
			this.gain[i] = permits.divide(divisor).longValueExact();
			this.full[i] = most.longValueExact();
			packed.putDouble(this.full[i]).putDouble(this.gain[i]);
		}
		this.rates = packed.array();
		this.termsOfOne = packTerms(1);
	}

	private static String tooFine(Limit limit, Rate rate) {
		return "Limit '" + limit.name() + "' has the rate " + rate
				+ ", which Redis cannot count exactly: in lowest terms, burst times microseconds has to stay below 2^53."
				+ " Write round numbers, such as 1200000/d instead of 1234567/d, or a smaller burst.";
	}

	/**
	 * Returns a limit's scale.
	 * @throws IllegalArgumentException if its levels would not be exact
	 */
	static LevelScale of(Limit limit) {
		return new LevelScale(limit);
	}

	Limit limit() {
		return this.limit;
	}

	/** Returns how many rates there are. */
	int size() {
		return this.unit.length;
	}

	/** Returns full level and gain of each rate, packed; not to be changed. */
	byte[] rates() {
		return this.rates;
	}

	/** Returns what permits cost each rate, packed. */
	byte[] costs(long permits) {
		return pack(permits, buffer(this.unit.length * Double.BYTES)).array();
	}

	/** Returns what permits cost each rate and then the rates; not to be changed. */
	byte[] terms(long permits) {
		return (permits == 1) ? this.termsOfOne : packTerms(permits);
	}

	private byte[] packTerms(long permits) {
		return pack(permits, buffer(this.unit.length * Double.BYTES + this.rates.length)).put(this.rates).array();
	}

	private ByteBuffer pack(long permits, ByteBuffer packed) {
		for (long units : this.unit) {
			packed.putDouble((double) permits * units);
		}
		return packed;
	}

	/** Returns how many permits a level is. */
	long permits(int rate, long level) {
		return Math.floorDiv(level, this.unit[rate]);
	}

	/** Returns the level of a number of permits that the limit can hold. */
	long level(int rate, long permits) {
		return permits * this.unit[rate];
	}

	long full(int rate) {
		return this.full[rate];
	}

	/** Returns how long one level takes to become another, rounded up. */
	long microsBetween(int rate, long level, long higher) {
		return (higher <= level) ? 0 : (higher - level - 1) / this.gain[rate] + 1;
	}

	/** Returns a level some time later. */
	long after(int rate, long level, long micros) {
		long missing = this.full[rate] - level;
		return (micros >= missing / this.gain[rate] + 1) ? this.full[rate]
				: Math.min(this.full[rate], level + micros * this.gain[rate]);
	}

	/** Returns how long an empty bucket takes to be full. */
	Duration longest() {
		long longest = 0;
		for (int i = 0; i < this.full.length; i++) {
			longest = Math.max(longest, microsBetween(i, 0, this.full[i]));
		}
		return Duration.of(longest, java.time.temporal.ChronoUnit.MICROS);
	}

	static ByteBuffer buffer(int size) {
		return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
	}

}
