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

	final CompletableFuture<Void> answered = new CompletableFuture<>();

	final AtomicBoolean underWay = new AtomicBoolean();

	volatile boolean ended;

	/** When the last renewal that was answered was sent. */
	volatile long renewedAt;

	/** When it was answered: the lease lasts no longer than from then. */
	volatile long answeredAt;

	SlotLease(RememberedKey key, byte[] fresh, long slots, boolean held) {
		this.key = key;
		this.fresh = fresh;
		this.slots = slots;
		this.held = held;
	}

	void renewed(long asked, long answered) {
		this.renewedAt = asked;
		this.answeredAt = answered;
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
