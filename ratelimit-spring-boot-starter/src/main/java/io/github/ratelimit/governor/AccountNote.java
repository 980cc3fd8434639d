package io.github.ratelimit.governor;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.github.ratelimit.provider.dialect.Dimension;
import io.github.ratelimit.provider.dialect.Refill;
import org.jspecify.annotations.Nullable;

/**
 * What an instance shares with the others about one key. Sums count from the beginning of
 * the instance, so that a lost note is made good by the next one; times are relative, as
 * clocks differ.
 *
 * @param livedNanos how long the instance has governed the key
 * @param requests how many requests it has sent
 * @param inputTokens their estimated tokens
 * @param outputTokens their estimated tokens
 * @param gateNanos for how long no call must be sent, 0 or less if calls may be sent
 * @param share the part of the configured rates that is used
 * @param cutNanos how long ago that part was cut
 * @param known whether the limits are known
 * @param quotas the limits
 */
record AccountNote(long livedNanos, double requests, double inputTokens, double outputTokens, long gateNanos,
		double share, long cutNanos, boolean known, List<QuotaNote> quotas) {

	/** Notes of another version are not read. */
	private static final byte VERSION = 1;

	private static final int BYTES = 2 + 7 * Double.BYTES + 2;

	private static final int QUOTA_BYTES = 3 + 9 * Double.BYTES;

	private static final int MOST_QUOTAS = 32;

	private static final double MOST_PERMITS = 1e15;

	private static final double MOST_FACTOR = 1e6;

	private static final double LONGEST_WINDOW = Duration.ofDays(366).toNanos();

	double estimated(Dimension dimension) {
		return switch (dimension) {
			case REQUESTS -> this.requests;
			case TOKENS -> this.inputTokens + this.outputTokens;
			case INPUT_TOKENS -> this.inputTokens;
			case OUTPUT_TOKENS -> this.outputTokens;
		};
	}

	/** Returns what was charged to a configured limit, 0 if the note does not know it. */
	double charged(QuotaBudget configured) {
		for (QuotaNote quota : this.quotas) {
			if (quota.configured() && configured.isOf(quota.dimension(), quota.windowNanos())) {
				return quota.charged();
			}
		}
		return 0;
	}

	byte[] encode() {
		int count = Math.min(MOST_QUOTAS, this.quotas.size());
		ByteBuffer bytes = ByteBuffer.allocate(BYTES + count * QUOTA_BYTES)
			.put(VERSION)
			.putDouble(this.livedNanos)
			.putDouble(this.requests)
			.putDouble(this.inputTokens)
			.putDouble(this.outputTokens)
			.putDouble(this.gateNanos)
			.putDouble(this.share)
			.putDouble(this.cutNanos)
			.put((byte) (this.known ? 1 : 0))
			.put((byte) count);
		for (QuotaNote quota : this.quotas.subList(0, count)) {
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
		return bytes.array();
	}

	/** Returns the note, null if it is none of this version. */
	static @Nullable AccountNote decode(byte[] encoded) {
		try {
			ByteBuffer bytes = ByteBuffer.wrap(encoded);
			if (bytes.get() != VERSION) {
				return null;
			}
			return new AccountNote((long) number(bytes), sum(bytes), sum(bytes), sum(bytes), (long) number(bytes),
					number(bytes), (long) number(bytes), bytes.get() != 0, quotas(bytes));
		}
		catch (BufferUnderflowException | IllegalArgumentException | IndexOutOfBoundsException ex) {
			return null;
		}
	}

	private static List<QuotaNote> quotas(ByteBuffer bytes) {
		int count = Math.min(MOST_QUOTAS, bytes.get());
		List<QuotaNote> quotas = new ArrayList<>();
		for (int i = 0; i < count; i++) {
			quotas.add(new QuotaNote(bytes.get() != 0, Dimension.values()[bytes.get()], Refill.values()[bytes.get()],
					(long) between(1_000_000, LONGEST_WINDOW, bytes), between(1, MOST_PERMITS, bytes),
					between(-MOST_PERMITS, MOST_PERMITS, bytes), between(0, MOST_FACTOR, bytes), sum(bytes),
					(long) number(bytes), (long) number(bytes), between(-MOST_PERMITS, MOST_PERMITS, bytes),
					(long) number(bytes)));
		}
		return quotas;
	}

	private static double sum(ByteBuffer bytes) {
		return between(-MOST_PERMITS, MOST_PERMITS, bytes);
	}

	/** A number that no instance writes would last longer than the note. */
	private static double between(double least, double most, ByteBuffer bytes) {
		double number = number(bytes);
		if (number < least || number > most) {
			throw new IllegalArgumentException("A note has no such number: " + number);
		}
		return number;
	}

	private static double number(ByteBuffer bytes) {
		double number = bytes.getDouble();
		if (!Double.isFinite(number)) {
			throw new IllegalArgumentException("A note has no such number: " + number);
		}
		return number;
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
	 */
	record QuotaNote(boolean configured, Dimension dimension, Refill refill, long windowNanos, double capacity,
			double available, double factor, double charged, long endsEarliest, long endsLatest, double remaining,
			long reportNanos) {

		QuotaNote {
			if (windowNanos <= 0 || capacity <= 0 || factor <= 0) {
				throw new IllegalArgumentException("windowNanos=" + windowNanos + ", capacity=" + capacity + ", factor="
						+ factor + ": no limit is like that.");
			}
		}

		QuotaNote ends(long earliest, long latest) {
			return new QuotaNote(this.configured, this.dimension, this.refill, this.windowNanos, this.capacity,
					this.available, this.factor, this.charged, earliest, latest, this.remaining, this.reportNanos);
		}

		boolean isEndKnown() {
			return this.endsEarliest <= this.endsLatest;
		}

	}

}
