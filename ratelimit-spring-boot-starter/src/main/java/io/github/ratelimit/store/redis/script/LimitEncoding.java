package io.github.ratelimit.store.redis.script;

import io.github.ratelimit.Limit;
import io.github.ratelimit.store.Charge;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * A limit in the integers that its script counts in: encodes calls, and decodes replies.
 * Immutable.
 */
public abstract sealed class LimitEncoding permits BucketEncoding, WindowEncoding, SlotEncoding {

	/** Doubles represent every integer up to this one. */
	public static final long MOST = 1L << 53;

	private static final byte ENFORCED = 1;

	private static final byte[] NO_DEBTS = new byte[0];

	private final Limit limit;

	LimitEncoding(Limit limit) {
		this.limit = limit;
	}

	/**
	 * Creates an encoding.
	 * @param limit the limit
	 * @param slotLease the duration of a slot lease
	 * @throws IllegalArgumentException if it cannot be counted exactly, saying why and
	 * what to write instead
	 */
	public static LimitEncoding of(Limit limit, Duration slotLease) {
		return switch (limit.algorithm()) {
			case TOKEN_BUCKET -> new BucketEncoding(limit);
			case FIXED_WINDOW -> new WindowEncoding(limit, 'F');
			case SLIDING_WINDOW -> new WindowEncoding(limit, 'S');
			case SLIDING_WINDOW_COUNTER -> new WindowEncoding(limit, 'C');
			case SLIDING_WINDOW_LOG -> new WindowEncoding(limit, 'L');
			case CONCURRENCY -> new SlotEncoding(limit, slotLease);
		};
	}

	public final Limit limit() {
		return this.limit;
	}

	/** Returns the most permits that one charge can need and get. */
	long most() {
		return this.limit.capacity();
	}

	/** Returns the name of the limit's keys in Redis. */
	public String space() {
		return this.limit.name();
	}

	/** Returns the terms of a call that takes or gives back permits. */
	public final byte[] encode(long permits) {
		return encode(permits, permits, true);
	}

	/** Returns the terms of a charge that does not wait. */
	public final byte[] encode(long permits, long needed, boolean enforced) {
		return terms(permits, needed, enforced, 0).array();
	}

	/** Returns the same at the beginning of a buffer that has room for more bytes. */
	abstract ByteBuffer terms(long permits, long needed, boolean enforced, int more);

	/**
	 * Returns the debts to charge, as the charging script expects them; must not be
	 * changed.
	 */
	public byte[] debts() {
		return NO_DEBTS;
	}

	/**
	 * Reads a state.
	 * @param answer the reply, positioned at the state, little-endian
	 * @param needed how many permits were needed
	 * @param sent what was sent for the charge
	 * @param askedNanos when, by this instance's monotonic clock
	 * @param answeredNanos when the answer was there
	 */
	public Snapshot read(ByteBuffer answer, long needed, byte[] sent, long askedNanos, long answeredNanos) {
		return new WindowOrSlotSnapshot(answer, this, needed, sent, askedNanos, answeredNanos);
	}

	/** Returns a computed state with a part of all permits, which no reply contained. */
	Snapshot guess(double share, long nowNanos) {
		return new WindowOrSlotSnapshot(this, new byte[0], share, nowNanos);
	}

	/**
	 * Returns what a key has by its last state: in proportion if that was a state of
	 * another form of the limit, all permits if there is none.
	 */
	public final Snapshot from(@Nullable Snapshot last, long nowNanos) {
		if (last != null && last.encoding() == this) {
			return last;
		}
		return guess((last != null) ? last.share(nowNanos) : 1, nowNanos);
	}

	/**
	 * Returns what the script of decisions is sent for a charge of a key with this label:
	 * its terms, the end of a new record, and the length of that end.
	 */
	public byte[] arguments(Charge charge, byte[] label) {
		byte[] fresh = fresh(label);
		return terms(charge.permits(), charge.needed(), charge.isEnforced(), fresh.length + 1).put(fresh)
			.put((byte) fresh.length)
			.array();
	}

	/** Returns the beginning of a new state out of what was sent for a charge. */
	public static byte[] freshOf(byte[] sent) {
		int end = sent.length - 1;
		return (end < 0) ? sent : Arrays.copyOfRange(sent, end - sent[end], end);
	}

	/**
	 * Returns the beginning of a state that Redis does not have yet, for a key with this
	 * label.
	 */
	public byte[] fresh(byte[] label) {
		return newOrigin(label);
	}

	/** Returns a new origin, which identifies a state among all that its key ever has. */
	public static byte[] newOrigin(byte[] label) {
		return buffer(Integer.BYTES + label.length).putInt(ThreadLocalRandom.current().nextInt() | 1)
			.put(label)
			.array();
	}

	/** Returns the type of the values in Redis. */
	public String type() {
		return "string";
	}

	/** Returns the head of terms with this number of numbers. */
	static ByteBuffer head(char kind, boolean enforced, int numbers, int more) {
		return buffer(2 + numbers * Double.BYTES + more).put((byte) kind).put(enforced ? ENFORCED : 0);
	}

	/** Returns numbers as arguments of scripts have them. */
	public static byte[] doubles(double... numbers) {
		ByteBuffer packed = buffer(numbers.length * Double.BYTES);
		for (double number : numbers) {
			packed.putDouble(number);
		}
		return packed.array();
	}

	/** Returns a buffer that reads from a reply. */
	public static ByteBuffer wrap(byte[] reply) {
		return ByteBuffer.wrap(reply).order(ByteOrder.LITTLE_ENDIAN);
	}

	public static ByteBuffer buffer(int size) {
		return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
	}

}
