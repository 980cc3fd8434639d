package io.github.ratelimit.store.redis.script;

import io.github.ratelimit.store.Charge;
import io.github.ratelimit.store.ChargeDecision;
import io.github.ratelimit.store.Receipt;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A snapshot of the levels of token buckets. Immutable.
 */
public final class BucketSnapshot extends Snapshot {

	private final BucketEncoding encoding;

	private final long[] levels;

	/**
	 * Reads a state.
	 * @param answer the reply, positioned at the state
	 * @param encoding the encoding of the limit
	 * @param askedNanos when, by this instance's monotonic clock
	 * @param answeredNanos when the answer was there
	 */
	public BucketSnapshot(ByteBuffer answer, BucketEncoding encoding, long askedNanos, long answeredNanos) {
		super(answer, askedNanos, answeredNanos);
		this.encoding = encoding;
		this.levels = new long[encoding.size()];
		for (int i = 0; i < this.levels.length; i++) {
			this.levels[i] = (long) answer.getDouble();
		}
	}

	/**
	 * Holds computed levels: those that a state becomes by time, or ones that no reply
	 * contained.
	 */
	BucketSnapshot(BucketEncoding encoding, long[] levels, double time, @Nullable Snapshot before, long nowNanos) {
		super(time, before, nowNanos);
		this.encoding = encoding;
		this.levels = levels;
	}

	@Override
	public BucketEncoding encoding() {
		return this.encoding;
	}

	@Override
	public ChargeDecision granted(Charge charge, @Nullable Receipt receipt) {
		long wait = 0;
		if (this.encoding.isPaced() && charge.needed() > 0) {
			long before = this.levels[0] + ((receipt != null) ? this.encoding.level(0, charge.permits()) : 0);
			wait = nanos(ahead(this.encoding.microsBetween(0, before, this.encoding.full(0))));
		}
		return ChargeDecision.grantedAfter(charge, receipt, remaining(0), wait, nanosToFull(0), perRate(0));
	}

	/**
	 * Returns the decision of a lease that was taken with this state and has paid the
	 * charge.
	 */
	public ChargeDecision leased(Charge charge, long left, long nowNanos) {
		long elapsed = microsSince(answeredNanos(), nowNanos);
		long remaining = Math.min(remaining(elapsed) + left, charge.limit().capacity());
		return ChargeDecision.granted(charge, this, remaining, nanosToFull(elapsed), perRate(elapsed));
	}

	@Override
	public boolean has(Charge charge, long waitedMicros) {
		return charge.needed() == 0 || (charge.needed() <= charge.limit().capacity()
				&& micros(charge) <= Math.max(0, this.encoding.patience(charge) - waitedMicros));
	}

	@Override
	public BucketSnapshot later(long nowNanos, long missing) {
		long elapsed = microsSince(askedNanos(), nowNanos);
		long[] later = new long[this.levels.length];
		for (int i = 0; i < later.length; i++) {
			later[i] = level(i, elapsed) - this.encoding.levelOfAny(i, missing);
		}
		return new BucketSnapshot(this.encoding, later, Math.min(0, elapsed - ahead()), this, nowNanos);
	}

	@Override
	boolean isRefusedFor(Charge charge, long micros) {
		return charge.needed() > charge.limit().capacity()
				|| waitMicros(charge) - this.encoding.patience(charge) > micros;
	}

	/** The number of scheduled permits that are left does not show whether one is due. */
	@Override
	boolean isKnownAfter(long micros) {
		return !this.encoding.isPaced();
	}

	@Override
	long waitMicros(Charge charge) {
		return ahead(micros(charge));
	}

	private long micros(Charge charge) {
		long longest = 0;
		for (int i = 0; charge.needed() > 0 && i < this.levels.length; i++) {
			long payable = this.encoding.payable(i, charge.needed());
			longest = Math.max(longest, this.encoding.microsBetween(i, this.levels[i], payable));
		}
		return longest;
	}

	/**
	 * Returns how far the time of the state is ahead of Redis's, whose clock went back;
	 * the level then shows it as a negative number.
	 */
	private long ahead() {
		return Math.max(0, (long) -time());
	}

	private long ahead(long micros) {
		return (micros == 0) ? 0 : micros + ahead();
	}

	@Override
	int quotas() {
		return this.levels.length;
	}

	@Override
	public long remaining(int rate, long elapsedMicros) {
		return this.encoding.remaining(rate, level(rate, elapsedMicros));
	}

	private long level(int rate, long elapsedMicros) {
		return this.encoding.after(rate, this.levels[rate], Math.max(0, elapsedMicros - ahead()));
	}

	@Override
	long part(int rate, long elapsedMicros, int instances) {
		if (!this.encoding.isPaced()) {
			return super.part(rate, elapsedMicros, instances);
		}
		long owed = level(rate, elapsedMicros) - this.encoding.full(rate);
		return 1 + Math.floorDiv(this.encoding.permits(rate, owed), instances);
	}

	@Override
	public long nanosToFull(int rate, long elapsedMicros) {
		long micros = ahead(this.encoding.microsBetween(rate, this.levels[rate], this.encoding.full(rate)));
		return nanos(Math.max(0, micros - elapsedMicros));
	}

}
