package io.github.ratelimit.store.redis.script;

import io.github.ratelimit.store.Charge;
import io.github.ratelimit.store.ChargeDecision;
import io.github.ratelimit.store.Receipt;
import java.nio.ByteBuffer;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * A snapshot of windows or of slots: what is left, when it is full, and how long the
 * charge of the call has to wait. Immutable.
 */
public final class WindowOrSlotSnapshot extends Snapshot {

	private static final long SOME_MICROS = 1_000_000;

	private final LimitEncoding encoding;

	private final long needed;

	private final byte[] fresh;

	private final long[] remaining;

	private final long[] microsToFull;

	private final long waitMicros;

	/** How long what is left stays the same without calls. */
	private final long steadyMicros;

	/**
	 * Reads a state.
	 * @param answer the reply, positioned at the state
	 * @param encoding the encoding of the limit
	 * @param needed the permits that were needed
	 * @param fresh the name of a lease that was requested, and its label
	 * @param askedNanos when, by this instance's monotonic clock
	 * @param answeredNanos when the answer was there
	 */
	WindowOrSlotSnapshot(ByteBuffer answer, LimitEncoding encoding, long needed, byte[] fresh, long askedNanos,
			long answeredNanos) {
		super(answer, askedNanos, answeredNanos);
		this.encoding = encoding;
		this.needed = needed;
		this.fresh = fresh;
		this.remaining = new long[encoding.limit().quotas()];
		this.microsToFull = new long[encoding.limit().quotas()];
		for (int i = 0; i < this.remaining.length; i++) {
			this.remaining[i] = (long) answer.getDouble();
			this.microsToFull[i] = (long) answer.getDouble();
		}
		this.waitMicros = (long) answer.getDouble();
		this.steadyMicros = (long) answer.getDouble();
	}

	private WindowOrSlotSnapshot(LimitEncoding encoding, WindowOrSlotSnapshot before, long nowNanos, long missing) {
		super(before.time(), before, nowNanos);
		long elapsed = microsSince(before.askedNanos(), nowNanos);
		this.encoding = encoding;
		this.needed = before.needed;
		this.fresh = before.fresh;
		this.remaining = new long[before.remaining.length];
		this.microsToFull = new long[before.remaining.length];
		for (int i = 0; i < this.remaining.length; i++) {
			this.remaining[i] = before.remaining(i, elapsed) - missing;
			long micros = before.nanosToFull(i, elapsed) / 1000;
			this.microsToFull[i] = (micros == 0 && missing > 0) ? periodMicros(encoding, i) : micros;
		}
		long known = Math.max(before.waitMicros, before.steadyMicros) - elapsed;
		long longest = LongStream.of(this.microsToFull).max().orElse(0);
		this.waitMicros = (known > 0) ? Math.min(known, Math.max(1, longest)) : 1;
		this.steadyMicros = 0;
	}

	/** Computes a state with a part of all permits, which no reply contained. */
	WindowOrSlotSnapshot(LimitEncoding encoding, byte[] fresh, double share, long nowNanos) {
		super(0, null, nowNanos);
		this.encoding = encoding;
		this.needed = 0;
		this.fresh = fresh;
		this.remaining = new long[encoding.limit().quotas()];
		this.microsToFull = new long[this.remaining.length];
		for (int i = 0; i < this.remaining.length; i++) {
			this.remaining[i] = (long) (encoding.limit().quota(i) * share);
			this.microsToFull[i] = (share < 1) ? periodMicros(encoding, i) : 0;
		}
		this.waitMicros = 0;
		this.steadyMicros = LimitEncoding.MOST;
	}

	/**
	 * The time at which slots are released is unknown: a retry makes sense after a
	 * second.
	 */
	private static long periodMicros(LimitEncoding encoding, int quota) {
		return (encoding instanceof WindowEncoding) ? encoding.limit().rates().get(quota).period().toNanos() / 1000
				: SOME_MICROS;
	}

	/** Returns the receipt of slots that are held under a name, whatever the reply is. */
	public static WindowOrSlotSnapshot claimed(SlotEncoding encoding, byte[] fresh, long nowNanos) {
		return new WindowOrSlotSnapshot(encoding, fresh, 0, nowNanos);
	}

	@Override
	public LimitEncoding encoding() {
		return this.encoding;
	}

	/** Returns the name of the lease that was requested, and its label. */
	public byte[] fresh() {
		return this.fresh;
	}

	@Override
	public ChargeDecision granted(Charge charge, @Nullable Receipt receipt) {
		return ChargeDecision.granted(charge, receipt, remaining(0), nanosToFull(0), perRate(0));
	}

	@Override
	public boolean has(Charge charge, long waitedMicros) {
		return charge.needed() == 0 || (remaining(0) >= charge.needed() && charge.needed() <= this.encoding.most());
	}

	@Override
	public WindowOrSlotSnapshot later(long nowNanos, long missing) {
		return new WindowOrSlotSnapshot(this.encoding, this, nowNanos, missing);
	}

	/**
	 * The count of a window falls by time alone, at a time that Redis has returned. Slots
	 * can be released at any time.
	 */
	@Override
	boolean isRefusedFor(Charge charge, long micros) {
		boolean known = charge.needed() > this.encoding.most()
				|| (charge.needed() == this.needed && this.waitMicros > micros);
		return known && isKnownAfter(micros);
	}

	@Override
	boolean isKnownAfter(long micros) {
		return this.steadyMicros > micros;
	}

	@Override
	long waitMicros(Charge charge) {
		return Math.max(1, this.waitMicros);
	}

	@Override
	int quotas() {
		return this.remaining.length;
	}

	@Override
	public long remaining(int quota, long elapsedMicros) {
		boolean full = this.encoding instanceof WindowEncoding && elapsedMicros >= this.microsToFull[quota];
		return full ? this.encoding.limit().quota(quota) : this.remaining[quota];
	}

	@Override
	public long nanosToFull(int quota, long elapsedMicros) {
		// the time at which slots are released is unknown
		long elapsed = (this.encoding instanceof WindowEncoding) ? elapsedMicros : 0;
		return nanos(Math.max(0, this.microsToFull[quota] - elapsed));
	}

	/**
	 * For windows also if there is more: Redis returns the time for the first of the
	 * rates, so it is unknown for several.
	 */
	@Override
	public long @Nullable [] perRate(long elapsedMicros) {
		if (!(this.encoding instanceof WindowEncoding)) {
			return super.perRate(elapsedMicros);
		}
		int rates = quotas();
		long[] perRate = new long[3 * rates];
		for (int i = 0; i < rates; i++) {
			perRate[3 * i] = Math.max(0, remaining(i, elapsedMicros));
			perRate[3 * i + 1] = nanosToFull(i, elapsedMicros);
			perRate[3 * i + 2] = nanosToMore(perRate[3 * i + 1], elapsedMicros);
		}
		return perRate;
	}

	private long nanosToMore(long nanosToFull, long elapsedMicros) {
		boolean known = quotas() == 1 && isKnownAfter(elapsedMicros);
		return (nanosToFull == 0) ? 0 : known ? Math.min(nanosToFull, nanos(this.steadyMicros - elapsedMicros)) : -1;
	}

}
