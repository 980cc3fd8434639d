package io.github.ratelimit.governor;

import io.github.ratelimit.provider.dialect.Dimension;
import io.github.ratelimit.provider.dialect.Refill;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What an instance shares with the others about one key. Sums count from the beginning of
 * the instance, so that a lost note is made good by the next one; times are relative, as
 * clocks differ. What later versions have added follows at the end, where earlier ones do
 * not read it.
 *
 * @param livedNanos how long the instance has governed the key
 * @param total what it has sent in all
 * @param gateNanos for how long no call must be sent, 0 or less if calls may be sent
 * @param share the part of the configured rates that is used
 * @param cutNanos how long ago that part was cut
 * @param known whether the limits are known
 * @param quotas the limits
 * @param sent what the instance has sent and when, in all the same as the total; empty if
 * an earlier version has written the note
 * @param unanswered what of it was sent a short time ago and is not answered yet
 */
record SharedNote(long livedNanos, SentNote total, long gateNanos, double share, long cutNanos, boolean known,
		List<QuotaNote> quotas, List<SentNote> sent, List<SentNote> unanswered) {

	/** How many times a note tells apart. */
	static final int MOST_TIMES = 20;

	/** Notes of another version are not read. */
	private static final byte VERSION = 1;

	private static final int BYTES = 1 + 7 * Double.BYTES + 2;

	private static final int QUOTA_BYTES = 3 + 9 * Double.BYTES;

	private static final int MOST_QUOTAS = 32;

	private static final int ADDED_BYTES = Integer.BYTES + 1;

	private static final int SENT_BYTES = Double.BYTES + 4 * Float.BYTES;

	private static final double MOST_PERMITS = 1e15;

	private static final double MOST_FACTOR = 1e6;

	private static final double LEAST_WINDOW = Duration.ofMillis(1).toNanos();

	private static final double LONGEST_NANOS = Duration.ofDays(366).toNanos();

	private static final double MOST_WINDOWS = 3;

	/** Returns what the note knows of a configured limit, null if that is nothing. */
	@Nullable QuotaNote of(QuotaBalance configured) {
		for (QuotaNote quota : this.quotas) {
			if (quota.configured() && configured.isOf(quota.dimension(), quota.windowNanos())) {
				return quota;
			}
		}
		return null;
	}

	/** Returns what was charged to a configured limit, 0 if the note does not know it. */
	double charged(QuotaBalance configured) {
		QuotaNote quota = of(configured);
		return (quota != null) ? quota.charged() : 0;
	}

	/** Returns what was sent after another note of the instance. */
	SentNote sentSince(@Nullable SharedNote before) {
		return (before != null) ? this.total.plus(before.total, -1) : this.total;
	}

	byte[] encode() {
		List<QuotaNote> shared = this.quotas.stream().filter(QuotaNote::isPossible).limit(MOST_QUOTAS).toList();
		ByteBuffer bytes = ByteBuffer
			.allocate(BYTES + shared.size() * QUOTA_BYTES + ADDED_BYTES
					+ (this.sent.size() + this.unanswered.size()) * SENT_BYTES + 1)
			.put(VERSION)
			.putDouble(Math.min(this.livedNanos, LONGEST_NANOS))
			.putDouble(bounded(this.total.requests))
			.putDouble(bounded(this.total.inputTokens))
			.putDouble(bounded(this.total.outputTokens))
			.putDouble(Math.max(-LONGEST_NANOS, Math.min(this.gateNanos, LONGEST_NANOS)))
			.putDouble(this.share)
			.putDouble(Math.min(this.cutNanos, LONGEST_NANOS))
			.put((byte) (this.known ? 1 : 0))
			.put((byte) shared.size());
		for (QuotaNote quota : shared) {
			bytes.put((byte) (quota.configured() ? 1 : 0))
				.put((byte) quota.dimension().ordinal())
				.put((byte) quota.refill().ordinal())
				.putDouble(quota.windowNanos())
				.putDouble(quota.capacity())
				.putDouble(quota.available())
				.putDouble(quota.factor())
				.putDouble(quota.charged())
				.putDouble(quota.endsEarliest())
				.putDouble(quota.endsLatest())
				.putDouble(quota.remaining())
				.putDouble(quota.reportNanos());
		}
		bytes.putInt(IntStream.range(0, shared.size())
			.map((index) -> shared.get(index).windowAssumed() ? 1 << index : 0)
			.sum());
		put(this.sent, bytes);
		put(this.unanswered, bytes);
		return bytes.array();
	}

	private static void put(List<SentNote> sent, ByteBuffer bytes) {
		bytes.put((byte) sent.size());
		for (SentNote calls : sent) {
			bytes.putDouble(calls.at())
				.putFloat(calls.at() - calls.begin())
				.putFloat((float) calls.requests())
				.putFloat((float) calls.inputTokens())
				.putFloat((float) calls.outputTokens());
		}
	}

	/** A sum that is too large must not hide the rest of the note. */
	private static double bounded(double sum) {
		return Math.max(-MOST_PERMITS, Math.min(MOST_PERMITS, sum));
	}

	/** Returns the note, null if it is none of this version. */
	static @Nullable SharedNote decode(byte[] encoded) {
		try {
			ByteBuffer bytes = ByteBuffer.wrap(encoded);
			if (bytes.get() != VERSION) {
				return null;
			}
			long lived = (long) between(0, LONGEST_NANOS, bytes);
			return new SharedNote(lived, new SentNote(0, 0, sum(bytes), sum(bytes), sum(bytes)),
					(long) between(-LONGEST_NANOS, LONGEST_NANOS, bytes), between(0, 1, bytes),
					(long) between(-1, LONGEST_NANOS, bytes), bytes.get() != 0, quotas(bytes),
					sent(MOST_TIMES, bytes, lived), sent(InFlightCalls.SLOTS, bytes, lived));
		}
		catch (BufferUnderflowException | IllegalArgumentException | IndexOutOfBoundsException ex) {
			return null;
		}
	}

	/** Returns the limits that can be right. Which windows are assumed follows them. */
	private static List<QuotaNote> quotas(ByteBuffer bytes) {
		int count = Math.max(0, Math.min(MOST_QUOTAS, bytes.get()));
		int added = bytes.position() + count * QUOTA_BYTES;
		int windowsAssumed = (bytes.limit() - added >= ADDED_BYTES) ? bytes.getInt(added) : 0;
		List<QuotaNote> quotas = new ArrayList<>();
		for (int i = 0; i < count; i++) {
			QuotaNote quota = new QuotaNote(bytes.get() != 0, Dimension.values()[bytes.get()],
					Refill.values()[bytes.get()], (long) bytes.getDouble(), bytes.getDouble(), bytes.getDouble(),
					bytes.getDouble(), bytes.getDouble(), (long) bytes.getDouble(), (long) bytes.getDouble(),
					bytes.getDouble(), (long) bytes.getDouble(), (windowsAssumed >> i & 1) != 0);
			if (quota.isPossible()) {
				quotas.add(quota);
			}
		}
		if (bytes.remaining() >= ADDED_BYTES) {
			bytes.position(added + Integer.BYTES);
		}
		return quotas;
	}

	/** Returns what was sent and when, nothing if the numbers cannot be right. */
	private static List<SentNote> sent(int most, ByteBuffer bytes, long livedNanos) {
		int count = bytes.hasRemaining() ? bytes.get() : 0;
		List<SentNote> sent = new ArrayList<>();
		double last = 0;
		for (int i = 0; i < count && bytes.remaining() >= SENT_BYTES; i++) {
			double at = bytes.getDouble();
			float lasted = bytes.getFloat();
			SentNote calls = new SentNote((long) (at - lasted), (long) at, bytes.getFloat(), bytes.getFloat(),
					bytes.getFloat());
			if (!isBetween(last, livedNanos, at) || !isBetween(0, LONGEST_NANOS, lasted) || !calls.isPossible()) {
				return List.of();
			}
			last = at;
			sent.add(calls);
		}
		return (sent.size() == count && count <= most) ? sent : List.of();
	}

	private static double sum(ByteBuffer bytes) {
		return between(-MOST_PERMITS, MOST_PERMITS, bytes);
	}

	/**
	 * What a number that no instance writes does here would last longer than the note.
	 */
	private static double between(double least, double most, ByteBuffer bytes) {
		double number = bytes.getDouble();
		if (!isBetween(least, most, number)) {
			throw new IllegalArgumentException("A note has no such number: " + number);
		}
		return number;
	}

	/** Is false for what is not a number, too. */
	private static boolean isBetween(double least, double most, double number) {
		return number >= least && number <= most;
	}

	/**
	 * What was sent in a time.
	 *
	 * @param begin when the first of these calls was sent
	 * @param at when the last of these calls was sent
	 * @param requests requests, less those that turned out not to have been sent
	 * @param inputTokens estimated tokens
	 * @param outputTokens estimated tokens
	 */
	record SentNote(long begin, long at, double requests, double inputTokens, double outputTokens) {

		static SentNote of(CallCost cost, long at) {
			return new SentNote(at, at, 1, cost.permits(Dimension.INPUT_TOKENS), cost.outputTokens());
		}

		boolean isPossible() {
			return isBetween(-MOST_PERMITS, MOST_PERMITS, this.requests)
					&& isBetween(-MOST_PERMITS, MOST_PERMITS, this.inputTokens)
					&& isBetween(-MOST_PERMITS, MOST_PERMITS, this.outputTokens);
		}

		double permits(Dimension dimension) {
			return CallCost.permits(dimension, this.requests, this.inputTokens, this.outputTokens);
		}

		SentNote plus(SentNote other, int sign) {
			return new SentNote(this.begin, this.at, this.requests + sign * other.requests,
					this.inputTokens + sign * other.inputTokens, this.outputTokens + sign * other.outputTokens);
		}

		/** Returns these calls together with later ones. */
		SentNote join(SentNote later) {
			return new SentNote(this.begin, later.at, this.requests, this.inputTokens, this.outputTokens).plus(later,
					1);
		}

		SentNote plus(long nanos) {
			return new SentNote(this.begin + nanos, this.at + nanos, this.requests, this.inputTokens,
					this.outputTokens);
		}

		SentNote at(long time) {
			return new SentNote(time, time, this.requests, this.inputTokens, this.outputTokens);
		}

		/** Returns the numbers of one sign, 0 in place of the others. */
		SentNote ofSign(int sign) {
			return new SentNote(this.begin, this.at, ofSign(this.requests, sign), ofSign(this.inputTokens, sign),
					ofSign(this.outputTokens, sign));
		}

		private static double ofSign(double number, int sign) {
			return (number * sign > 0) ? number : 0;
		}

		boolean isNothing() {
			return this.requests == 0 && this.inputTokens == 0 && this.outputTokens == 0;
		}

	}

	/**
	 * One limit.
	 *
	 * @param configured whether it is a configured one; else the provider reports it
	 * @param dimension what is counted
	 * @param refill how permits come back
	 * @param windowNanos the time in which all permits come back
	 * @param capacity how many permits there are
	 * @param available what can be spent now
	 * @param factor by what estimates are multiplied
	 * @param charged what the instance has charged to it, as corrected since; only of a
	 * configured one
	 * @param endsEarliest after what time the current window ends at the earliest
	 * @param endsLatest after what time it ends at the latest, earlier than the earliest
	 * if that is not known
	 * @param remaining what the provider has reported last, negative if nothing
	 * @param reportNanos how long ago the call was sent whose response reported that
	 * @param windowAssumed whether no report shows the window
	 */
	record QuotaNote(boolean configured, Dimension dimension, Refill refill, long windowNanos, double capacity,
			double available, double factor, double charged, long endsEarliest, long endsLatest, double remaining,
			long reportNanos, boolean windowAssumed) {

		/** Returns whether a limit can be like that, so that other instances use it. */
		boolean isPossible() {
			return isBetween(LEAST_WINDOW, LONGEST_NANOS, this.windowNanos) && isBetween(1, MOST_PERMITS, this.capacity)
					&& isBetween(-MOST_PERMITS, MOST_PERMITS, this.available)
					&& isBetween(Double.MIN_VALUE, MOST_FACTOR, this.factor)
					&& isBetween(-MOST_PERMITS, MOST_PERMITS, this.charged)
					&& isBetween(-MOST_PERMITS, MOST_PERMITS, this.remaining)
					&& isBetween(0, LONGEST_NANOS, this.reportNanos) && (!isEndKnown() || isEndPossible());
		}

		/** The current window ends within one window; its end may be known inexactly. */
		private boolean isEndPossible() {
			return isBetween(-MOST_WINDOWS * this.windowNanos, MOST_WINDOWS * this.windowNanos, this.endsEarliest)
					&& isBetween(-MOST_WINDOWS * this.windowNanos, MOST_WINDOWS * this.windowNanos, this.endsLatest);
		}

		boolean isEndKnown() {
			return this.endsEarliest <= this.endsLatest;
		}

	}

}
