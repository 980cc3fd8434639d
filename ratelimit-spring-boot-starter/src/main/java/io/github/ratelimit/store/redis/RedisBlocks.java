package io.github.ratelimit.store.redis;

import io.github.ratelimit.store.BlockResult;
import io.github.ratelimit.store.BlockedKeys;
import io.github.ratelimit.store.redis.client.FailureReason;
import io.github.ratelimit.store.redis.client.RedisAccess;
import io.github.ratelimit.store.redis.client.ScriptClient;
import io.github.ratelimit.store.redis.local.RedisLimits;
import io.github.ratelimit.store.redis.local.RememberedKey;
import io.github.ratelimit.store.redis.script.BucketEncoding;
import io.github.ratelimit.store.redis.script.LimitEncoding;
import io.github.ratelimit.store.redis.script.RedisKeyNames;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Blocks keys in Redis. A block is the debt of a bucket that refills one unit in a
 * microsecond: the charging script lowers the bucket so that it is full at the end of the
 * block, and does not change a bucket that is lower already. During an outage of Redis
 * the block applies in this instance, and is sent again until Redis has stored it or it
 * has ended. Thread-safe.
 *
 * @param redis where they are stored
 */
record RedisBlocks(RedisAccess redis) {

	/**
	 * Blocks that wait for Redis are sent over this time, so that they do not arrive all
	 * at once.
	 */
	private static final long PAUSE_MILLIS = 200;

	/** The script need not remember the call, since a block can be applied twice. */
	private static final String MARK = "block";

	private static final byte[] ONE_MILLI = RedisKeyNames.bytes("1");

	private static final byte[] ANY_ORIGIN = new byte[0];

	/**
	 * Blocks a key, and waits for Redis until the deadline of a caller that waits since a
	 * time.
	 * @param blocks the limit whose buckets are the blocks
	 * @param key its key
	 * @param untilTime when the block ends
	 * @param since when the caller began to wait
	 * @return what became of it in Redis; in this instance, if Redis has not answered
	 */
	BlockResult block(RedisLimits.CountedLimit blocks, RememberedKey key, Instant untilTime, long since) {
		BucketEncoding encoding = (BucketEncoding) blocks.encoding();
		long now = this.redis.now();
		long until = now + BlockedKeys.nanosUntil(untilTime, this.redis.time());
		BlockResult here = key.block(until, now);
		if (here == BlockResult.PASSED) {
			return here;
		}
		CompletableFuture<BlockResult> sent = send(key, encoding, until);
		if (here != BlockResult.NO_ROOM) {
			sendAgainIfFailed(sent, key, encoding, until);
		}
		try {
			return this.redis.await(sent, since);
		}
		catch (ExecutionException | TimeoutException ex) {
			return here;
		}
	}

	private void sendAgainIfFailed(CompletableFuture<BlockResult> sent, RememberedKey key, BucketEncoding encoding,
			long until) {
		sent.whenComplete((result, failure) -> {
			if (failure != null && !FailureReason.isOfOneKey(failure)) {
				this.redis.scheduler()
					.schedule(() -> sendAgainIfFailed(send(key, encoding, until), key, encoding, until),
							1 + ThreadLocalRandom.current().nextLong(PAUSE_MILLIS), TimeUnit.MILLISECONDS);
			}
		});
	}

	private CompletableFuture<BlockResult> send(RememberedKey key, BucketEncoding encoding, long until) {
		long asked = this.redis.now();
		long micros = TimeUnit.NANOSECONDS.toMicros(until - asked + 999);
		if (micros <= 0) {
			return CompletableFuture.completedFuture(BlockResult.PASSED);
		}
		if (this.redis.isOpen(key.name())) {
			return CompletableFuture.failedFuture(new TimeoutException("Redis is not asked now"));
		}
		byte[][] keys = { key.name(), this.redis.names().charged(key.name(), MARK) };
		byte[] name = LimitEncoding.doubles(Double.longBitsToDouble(ThreadLocalRandom.current().nextLong()));
		CompletableFuture<byte[]> reply = this.redis.client()
			.run(this.redis.scripts().charge(), keys, encoding.encode(0), LimitEncoding.doubles(micros),
					encoding.debtsUntilFull(micros), key.newOrigin(), name, ONE_MILLI, ANY_ORIGIN,
					LimitEncoding.doubles(0), LimitEncoding.doubles(0));
		return this.redis.noted(ScriptClient.orLost(reply), key.name())
			.thenApply((bytes) -> read(bytes, key, encoding, asked));
	}

	/** The forgiven part of the time is the part that was blocked before. */
	private BlockResult read(byte[] bytes, RememberedKey key, BucketEncoding encoding, long asked) {
		ByteBuffer reply = LimitEncoding.wrap(bytes);
		boolean started = reply.getDouble() == 0;
		reply.getDouble();
		key.saw(encoding.read(reply, 0, new byte[0], asked, this.redis.now()));
		return started ? BlockResult.STARTED : BlockResult.ALREADY_BLOCKED;
	}

}
