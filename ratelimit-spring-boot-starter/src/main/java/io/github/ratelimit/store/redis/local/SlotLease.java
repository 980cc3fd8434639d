package io.github.ratelimit.store.redis.local;

import io.github.ratelimit.store.redis.script.LimitEncoding;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;

/** The slots of one call. */
final class SlotLease {

	final RememberedKey key;

	final byte[] fresh;

	final long slots;

	/** Whether the slots are known to be granted. */
	final boolean held;

	private final long leaseNanos;

	final CompletableFuture<Void> answered = new CompletableFuture<>();

	final AtomicBoolean underWay = new AtomicBoolean();

	volatile boolean ended;

	volatile long renewedAt;

	/** When the lease has certainly expired in Redis. */
	volatile long endsAt;

	SlotLease(RememberedKey key, byte[] fresh, long slots, boolean held, long leaseNanos) {
		this.leaseNanos = leaseNanos;
		this.key = key;
		this.fresh = fresh;
		this.slots = slots;
		this.held = held;
	}

	void renewed(long asked, long answered) {
		this.renewedAt = asked;
		this.endsAt = answered + this.leaseNanos;
	}

	long id() {
		return LimitEncoding.wrap(this.fresh).getLong();
	}

	byte[] label() {
		return Arrays.copyOfRange(this.fresh, Long.BYTES, this.fresh.length);
	}

	byte[] call(char operation) {
		return LimitEncoding.buffer(SlotRenewals.BYTES_OF_A_CALL)
			.put((byte) operation)
			.put(this.fresh, 0, Long.BYTES)
			.putInt((int) this.slots)
			.array();
	}

}
