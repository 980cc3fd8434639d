package io.github.ratelimit.store.redis.script;

import io.github.ratelimit.Limit;
import io.github.ratelimit.store.Charge;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * A limit in the whole numbers that its script counts in: encodes what a call sends, and
 * reads what it replies. Immutable.
 */
public abstract sealed class LimitEncoding permits BucketEncoding, WindowEncoding, SlotEncoding {

	/** Doubles hold every whole number up to here. */
	public static final long MOST = 1L << 53;

	private static final byte ENFORCED = 1;

	private final Limit limit;

	LimitEncoding(Limit limit) {
		this.limit = limit;
	}

	/**
	 * Returns a limit's terms.
	 * @param limit the limit
	 * @param slotLease how long a place is leased
	 * @throws IllegalArgumentException if it cannot be counted exactly, saying why and
	 * what to write instead
	 */
	public static LimitEncoding of(Limit limit, Duration slotLease) {
		return switch (limit.algorithm()) {
			case TOKEN_BUCKET -> BucketEncoding.of(limit);
			case FIXED_WINDOW, SLIDING_WINDOW, SLIDING_WINDOW_COUNTER, SLIDING_WINDOW_LOG -> new WindowEncoding(limit);
			case CONCURRENCY -> new SlotEncoding(limit, slotLease);
		};
	}

	public final Limit limit() {
		return this.limit;
	}

	/** Returns the most permits that one charge can ever need and get. */
	long most() {
		return this.limit.capacity();
	}

	/** Returns what the keys of the limit are called by in Redis. */
	public String space() {
		return this.limit.name();
	}

	/** Returns what a charge sends; not to be changed. */
	public abstract byte[] encode(Charge charge);

	/** Returns what somebody sends who takes or gives back permits of what was there. */
	public abstract byte[] encode(long permits);

	/** Returns the debts that are remembered, as the script that charges wants them. */
	public abstract byte[] debts();

	/** Returns how many bytes a state takes in an answer. */
	abstract int bytes();

	/**
	 * Reads a state.
	 * @param answer the answer, at the state's place, little-endian
	 * @param needed how many permits were needed
	 * @param fresh what was sent for a state that is not there yet
	 * @param askedNanos when, by this instance's monotonic clock
	 * @param answeredNanos when the answer was there
	 */
	public abstract Snapshot read(ByteBuffer answer, long needed, byte[] fresh, long askedNanos, long answeredNanos);

	/** Returns a state that has a part of all permits, which nobody has seen. */
	abstract Snapshot guess(double share, long nowNanos);

	/**
	 * Returns what a key has by its last state: in proportion where that was a state of
	 * another limit, everything where there is none.
	 */
	public final Snapshot from(@Nullable Snapshot last, long nowNanos) {
		if (last != null && last.encoding() == this) {
			return last;
		}
		return guess((last != null) ? last.share(nowNanos) : 1, nowNanos);
	}

	/**
	 * Returns what a state of a key with that label begins with that Redis does not have
	 * yet.
	 */
	public byte[] fresh(byte[] label) {
		return newOrigin(label);
	}

	/** Returns a new origin, which names a state among all that its key ever has. */
	public static byte[] newOrigin(byte[] label) {
		return buffer(Integer.BYTES + label.length).putInt(ThreadLocalRandom.current().nextInt() | 1)
			.put(label)
			.array();
	}

	/**
	 * Returns what a charge sends when it is to be decided: its terms, what a new record
	 * ends with, and the length of that.
	 */
	public static byte[] withFresh(byte[] encoding, byte[] fresh) {
		return buffer(encoding.length + fresh.length + 1).put(encoding).put(fresh).put((byte) fresh.length).array();
	}

	/** Returns the type that Redis names for the values. */
	public String type() {
		return "string";
	}

	/** Returns the head of all terms but the shortest. */
	static ByteBuffer head(char kind, boolean enforced, int numbers) {
		return buffer(2 + numbers * Double.BYTES).put((byte) kind).put(enforced ? ENFORCED : 0);
	}

	public static ByteBuffer buffer(int size) {
		return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
	}

}
