package io.github.ratelimit.store.redis;

import io.github.ratelimit.store.InstanceNote;
import io.github.ratelimit.store.InstanceNotes;
import io.github.ratelimit.store.redis.client.RedisAccess;
import io.github.ratelimit.store.redis.script.LimitEncoding;
import io.github.ratelimit.store.redis.script.RedisKeyNames;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The notes that instances leave for each other in Redis. No decision of the store waits
 * for them, and while a node fails nothing is asked. Thread-safe.
 *
 * @param redis where they are left
 */
record RedisNotes(RedisAccess redis) {

	/** An answer may be later than the deadline, as no caller waits for it. */
	private static final long LONGEST_MILLIS = 1000;

	private static final int MOST_NOTES = 1_000;

	private static final int LONGEST_NAME = 64;

	private static final int LONGEST_NOTE = 4_096;

	private static final byte[] BOUNDS = LimitEncoding
		.doubles(TimeUnit.MILLISECONDS.toMicros(InstanceNotes.KEPT.toMillis()), MOST_NOTES, LONGEST_NAME, LONGEST_NOTE);

	CompletableFuture<List<InstanceNote>> exchange(byte[] name, String instance, byte[] note) {
		if (this.redis.isOpen(name)) {
			return CompletableFuture.failedFuture(new TimeoutException("Redis is not asked now"));
		}
		long asked = this.redis.now();
		return this.redis.run(this.redis.scripts().notes(), name, RedisKeyNames.bytes(instance), note, BOUNDS)
			.copy()
			.orTimeout(LONGEST_MILLIS, TimeUnit.MILLISECONDS)
			.whenComplete((reply, failure) -> {
				if (failure != null) {
					this.redis.node(name).failedBesideDecisions(failure, name);
				}
				else {
					this.redis.answered(name);
				}
			})
			.thenApply((reply) -> read(reply, this.redis.now() - asked));
	}

	private static List<InstanceNote> read(byte[] bytes, long onTheWayNanos) {
		ByteBuffer reply = LimitEncoding.wrap(bytes);
		List<InstanceNote> notes = new ArrayList<>();
		while (reply.hasRemaining()) {
			String instance = RedisKeyNames.text(text(reply));
			long ageNanos = TimeUnit.MICROSECONDS.toNanos((long) reply.getDouble()) + onTheWayNanos;
			notes.add(new InstanceNote(instance, ageNanos, text(reply)));
		}
		return notes;
	}

	private static byte[] text(ByteBuffer reply) {
		byte[] text = new byte[(int) reply.getDouble()];
		reply.get(text);
		return text;
	}

}
