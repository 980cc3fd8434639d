package io.github.ratelimit.store.redis.script;

import io.github.ratelimit.Limit;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * A concurrency limit. Each slot is a lease with its own name, which the requesting
 * instance chooses, so that it can be given back and renewed repeatedly. Immutable.
 */
public final class SlotEncoding extends LimitEncoding {

	/** A script that takes more at once would delay all other calls. */
	private static final long MOST_AT_ONCE = 10_000;

	private static final int NUMBERS = 4;

	private final long leaseMicros;

	SlotEncoding(Limit limit, Duration lease) {
		super(limit);
		this.leaseMicros = TimeUnit.NANOSECONDS.toMicros(lease.toNanos());
	}

	/** No limit can have this name, so the names of other limits never match it. */
	@Override
	public String space() {
		return limit().name() + "#places";
	}

	@Override
	long most() {
		return Math.min(limit().capacity(), MOST_AT_ONCE);
	}

	@Override
	ByteBuffer terms(long slots, long needed, boolean enforced, int more) {
		return head('Z', enforced, NUMBERS, more).putDouble(slots)
			.putDouble((needed <= most()) ? needed : Double.POSITIVE_INFINITY)
			.putDouble(limit().capacity())
			.putDouble(this.leaseMicros);
	}

	/** Returns the name of a new lease, with the label of its key. */
	@Override
	public byte[] fresh(byte[] label) {
		return buffer(Long.BYTES + label.length).putLong(ThreadLocalRandom.current().nextLong()).put(label).array();
	}

	@Override
	public Snapshot read(ByteBuffer answer, long needed, byte[] sent, long askedNanos, long answeredNanos) {
		return super.read(answer, needed, freshOf(sent), askedNanos, answeredNanos);
	}

	@Override
	public String type() {
		return "zset";
	}

}
