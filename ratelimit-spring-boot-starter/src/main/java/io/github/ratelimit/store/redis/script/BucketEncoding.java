package io.github.ratelimit.store.redis.script;

import io.github.ratelimit.Limit;
import io.github.ratelimit.Rate;
import io.github.ratelimit.store.Charge;
import io.github.ratelimit.store.DebtBound;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * Token buckets in the integers that their script counts in. For each rate, permits and
 * microseconds are reduced to lowest terms; a permit is as many units of level as there
 * are microseconds, and a microsecond refills as many units as there are permits. So
 * every level is an integer between -2^53 and 2^53, and exact in Lua. A paced limit is a
 * bucket of one permit that may have a debt. Immutable.
 */
public final class BucketEncoding extends LimitEncoding {

	private static final double NO_FLOOR = -4.0 * MOST;

	private static final double NEVER = 4.0 * MOST;

	private static final int PLAIN_NUMBERS = 4;

	private final boolean paced;

	private final long maxWaitMicros;

	private final long[] unit;

	private final long[] gain;

	private final long[] full;

	private final byte[] rates;

	private final byte[] debts;

	/**
	 * Creates the encoding of a limit.
	 * @throws IllegalArgumentException if its levels would not be exact
	 */
	public BucketEncoding(Limit limit) {
		super(limit);
		int size = limit.rates().size();
		this.paced = limit.isPaced();
		this.maxWaitMicros = micros(limit.maxWait().toNanos());
		this.unit = new long[size];
		this.gain = new long[size];
		this.full = new long[size];
		ByteBuffer packed = buffer(2 * size * Double.BYTES);
		ByteBuffer debts = buffer(2 * size * Double.BYTES);
		for (int i = 0; i < size; i++) {
			scale(i, limit.rates().get(i));
			packed.putDouble(this.full[i]).putDouble(this.gain[i]);
			debts.putDouble(this.unit[i]).putDouble(-Math.min(MOST, (double) DebtBound.of(limit) * this.unit[i]));
		}
		this.rates = packed.array();
		this.debts = debts.array();
	}

	private void scale(int index, Rate rate) {
		BigInteger micros = BigInteger.valueOf(rate.period().toNanos() / 1000);
		BigInteger permits = BigInteger.valueOf(rate.permits());
		BigInteger divisor = permits.gcd(micros);
		BigInteger unit = micros.divide(divisor);
		BigInteger gain = permits.divide(divisor);
		BigInteger most = unit.multiply(BigInteger.valueOf(rate.burst()));
		if (most.bitLength() > 53) {
			throw new IllegalArgumentException("Limit '" + limit().name() + "' has the rate " + rate
					+ ", which Redis cannot count exactly: in lowest terms, burst times microseconds has to stay below "
					+ "2^53. Write round numbers, such as 1200000/d instead of 1234567/d, or a smaller burst.");
		}
		if (this.paced && most.add(gain.multiply(BigInteger.valueOf(this.maxWaitMicros))).bitLength() > 53) {
			throw new IllegalArgumentException("Limit '" + limit().name() + "' has the rate " + rate
					+ " and a longest wait of " + limit().maxWait()
					+ ", more scheduled permits than Redis can count exactly. Write round numbers, or a shorter longest wait.");
		}
		this.unit[index] = unit.longValueExact();
		this.gain[index] = gain.longValueExact();
		this.full[index] = (this.paced ? unit : most).longValueExact();
	}

	/** Returns whether calls may wait for scheduled permits. */
	public boolean isPaced() {
		return this.paced;
	}

	/** Returns the number of rates. */
	public int size() {
		return this.unit.length;
	}

	/** Returns cost and floor of each rate, packed. */
	public byte[] costs(long permits, long needed) {
		return pack(permits, needed, 0, buffer(2 * this.unit.length * Double.BYTES)).array();
	}

	@Override
	public byte[] arguments(Charge charge, byte[] label) {
		return arguments(charge.permits(), charge.needed(), patience(charge), charge.isEnforced(), label);
	}

	/** Returns the same for a charge that is enforced and does not wait. */
	public byte[] arguments(long permits, long needed, byte[] label) {
		return arguments(permits, needed, 0, true, label);
	}

	private byte[] arguments(long permits, long needed, long waitMicros, boolean enforced, byte[] label) {
		int fresh = Integer.BYTES + label.length;
		return terms(permits, needed, waitMicros, enforced, fresh + 1).putInt(ThreadLocalRandom.current().nextInt() | 1)
			.put(label)
			.put((byte) fresh)
			.array();
	}

	@Override
	ByteBuffer terms(long permits, long needed, boolean enforced, int more) {
		return terms(permits, needed, 0, enforced, more);
	}

	private ByteBuffer terms(long permits, long needed, long waitMicros, boolean enforced, int more) {
		int numbers = PLAIN_NUMBERS * this.unit.length;
		boolean plain = this.unit.length == 1 && enforced;
		ByteBuffer packed = plain ? ByteBuffer.allocate(1 + numbers * Double.BYTES + more)
			.order(ByteOrder.LITTLE_ENDIAN)
			.put((byte) (this.paced ? 'p' : 'b')) : head(this.paced ? 'P' : 'B', enforced, numbers, more);
		return pack(permits, needed, waitMicros, packed).put(this.rates);
	}

	private ByteBuffer pack(long permits, long needed, long waitMicros, ByteBuffer packed) {
		for (int i = 0; i < this.unit.length; i++) {
			packed.putDouble((double) permits * this.unit[i]).putDouble(floor(i, permits, needed, waitMicros));
		}
		return packed;
	}

	/** Returns the level below which a charge is refused. */
	private double floor(int rate, long permits, long needed, long waitMicros) {
		if (needed == 0) {
			return NO_FLOOR;
		}
		if (!this.paced) {
			return (double) needed * this.unit[rate];
		}
		return (needed > limit().capacity()) ? NEVER : Math.max(this.full[rate] - (double) waitMicros * this.gain[rate],
				(double) permits * this.unit[rate] - MOST);
	}

	@Override
	public byte[] debts() {
		return this.debts;
	}

	/**
	 * Returns the debts, in microseconds, with which a bucket is full again after this
	 * time: a charge lowers the bucket to this level, and does not change one that is
	 * lower.
	 */
	public byte[] debtsUntilFull(long micros) {
		return doubles(this.gain[0], this.full[0] - (double) this.gain[0] * micros);
	}

	@Override
	public BucketSnapshot read(ByteBuffer answer, long needed, byte[] sent, long askedNanos, long answeredNanos) {
		return new BucketSnapshot(answer, this, askedNanos, answeredNanos);
	}

	@Override
	BucketSnapshot guess(double share, long nowNanos) {
		long[] levels = new long[this.full.length];
		for (int i = 0; i < levels.length; i++) {
			levels[i] = this.paced ? this.full[i] : (long) (this.full[i] * share);
		}
		return new BucketSnapshot(this, levels, 0, null, nowNanos);
	}

	/** Returns the permits of a level; a debt is negative. */
	long permits(int rate, long level) {
		return Math.floorDiv(level, this.unit[rate]);
	}

	/**
	 * Returns the permits of a level; for a paced limit, the number of calls that would
	 * get a scheduled permit within its longest wait.
	 */
	long remaining(int rate, long level) {
		if (!this.paced) {
			return permits(rate, level);
		}
		long scheduled = permits(rate, level - this.full[rate] + this.maxWaitMicros * this.gain[rate]) + 1;
		return Math.max(0, Math.min(limit().capacity(), scheduled));
	}

	/** Returns the level of a number of permits that the limit can hold. */
	long level(int rate, long permits) {
		return permits * this.unit[rate];
	}

	/** Returns the level of any number of permits, at most the largest that is exact. */
	long levelOfAny(int rate, long permits) {
		return (long) Math.min(MOST, (double) permits * this.unit[rate]);
	}

	/** Returns the level at which a charge need not wait. */
	long payable(int rate, long needed) {
		return this.paced ? this.full[rate] : level(rate, needed);
	}

	/** Returns how long a charge may wait for a scheduled permit. */
	long patience(Charge charge) {
		return this.paced ? micros(charge.maxWaitNanos()) : 0;
	}

	long full(int rate) {
		return this.full[rate];
	}

	/** Returns how long a level takes to reach another, rounded up. */
	long microsBetween(int rate, long level, long higher) {
		return (higher <= level) ? 0 : (higher - level - 1) / this.gain[rate] + 1;
	}

	/** Returns a level some time later. */
	long after(int rate, long level, long micros) {
		long missing = this.full[rate] - level;
		return (micros >= missing / this.gain[rate] + 1) ? this.full[rate]
				: Math.min(this.full[rate], level + micros * this.gain[rate]);
	}

	private static long micros(long nanos) {
		return TimeUnit.NANOSECONDS.toMicros(nanos);
	}

}
