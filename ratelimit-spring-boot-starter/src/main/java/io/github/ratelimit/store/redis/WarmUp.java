package io.github.ratelimit.store.redis;

import io.github.ratelimit.Limit;
import io.github.ratelimit.Rate;
import io.github.ratelimit.store.redis.client.FailureReason;
import io.github.ratelimit.store.redis.client.RedisAccess;
import io.github.ratelimit.store.redis.script.BucketEncoding;
import io.github.ratelimit.store.redis.script.LimitEncoding;
import io.github.ratelimit.store.redis.script.RedisKeyNames;
import io.github.ratelimit.store.redis.script.StoreScripts;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Runs the scripts of decisions, and of what follows them, once on each node before the
 * first decision, so that the first decisions neither connect nor load scripts. Those
 * that no decision waits for (notes, changes of settings, resets of all keys) are loaded
 * when they are needed. It changes nothing: the scripts peek at keys that do not exist,
 * and only the probe writes its own key, for a second. A node that refuses gets no calls
 * until it answers; one that is not ready in time answers late.
 *
 * @param redis what is warmed up
 */
record WarmUp(RedisAccess redis) {

	private static final Log logger = LogFactory.getLog(RedisStore.class);

	/** After this time an application starts without Redis. */
	static final Duration MOST = Duration.ofSeconds(2);

	/** A connection that is refused within this time is not tried again. */
	private static final long AT_ONCE_NANOS = Duration.ofMillis(300).toNanos();

	private static final Duration PAUSE = Duration.ofMillis(250);

	private static final byte[] NOTHING = new byte[0];

	private static final byte[] ORIGIN = RedisKeyNames.bytes("0000warm:up");

	private static final byte[] ZERO = LimitEncoding.doubles(0);

	/**
	 * Returns when all nodes are ready.
	 * @param most at the latest after so long
	 */
	void run(Duration most) {
		long deadlineNanos = this.redis.now() + most.toNanos();
		byte[] any = this.redis.names().route(0, false);
		try {
			connect(any, deadlineNanos);
			// a topology refresh may take its time
			List<Integer> slots = RedisAccess.await(
					CompletableFuture.supplyAsync(this.redis.client()::slots, this.redis.scheduler()), deadlineNanos,
					this.redis.time());
			Map<byte[], CompletableFuture<?>> asked = new LinkedHashMap<>();
			slots.forEach((slot) -> {
				byte[] key = this.redis.route(slot);
				asked.put(key, runAll(key));
			});
			asked.forEach((key, answer) -> await(key, answer, deadlineNanos));
		}
		catch (ExecutionException | TimeoutException ex) {
			notReady(any, ex);
		}
	}

	/** Retries a connection until the deadline, unless it is refused at once. */
	private void connect(byte[] key, long deadlineNanos) throws ExecutionException, TimeoutException {
		boolean patient = false;
		while (true) {
			long asked = this.redis.now();
			try {
				RedisAccess.await(probe(key), deadlineNanos, this.redis.time());
				return;
			}
			catch (ExecutionException ex) {
				long now = this.redis.now();
				patient |= now - asked > AT_ONCE_NANOS;
				if (!patient || now + PAUSE.toNanos() > deadlineNanos || !RedisAccess.pause(PAUSE)) {
					throw ex;
				}
			}
		}
	}

	private CompletableFuture<byte[]> probe(byte[] key) {
		return this.redis.run(this.redis.scripts().probe(), this.redis.names().probe(key));
	}

	/**
	 * Runs the scripts on the node of a key. A lack of permissions that only some users
	 * have, such as for SCAN, is no reason not to decide.
	 */
	private CompletableFuture<?> runAll(byte[] key) {
		StoreScripts scripts = this.redis.scripts();
		BucketEncoding limit = new BucketEncoding(Limit.of("warm-up", Rate.parse("1/s")));
		byte[] encoding = limit.encode(0);
		byte[] micros = LimitEncoding.doubles(1);
		byte[] debts = LimitEncoding.doubles(1, 0);
		CompletableFuture<?> needed = CompletableFuture.allOf(probe(key),
				this.redis.run(scripts.take(), key, limit.arguments(0, 0, ORIGIN), ScriptCall.LOOK));
		CompletableFuture<?> others = CompletableFuture.allOf(
				this.redis.run(scripts.giveBack(), key, encoding, new byte[Double.BYTES + Integer.BYTES], ZERO, ORIGIN),
				this.redis.client()
					.run(scripts.charge(), new byte[][] { key, this.redis.names().probe(key) }, encoding, ZERO, debts,
							ORIGIN, NOTHING, micros, NOTHING, ZERO, ZERO),
				this.redis.run(scripts.renewSlots(), key, micros, NOTHING, NOTHING),
				this.redis.run(scripts.find(), key, encoding), this.redis.run(scripts.reset(), key),
				this.redis.run(scripts.page(), key, RedisKeyNames.bytes("0"), key, RedisKeyNames.bytes("1"), encoding,
						NOTHING),
				this.redis.run(scripts.heartbeat(), key, RedisKeyNames.bytes("-"), NOTHING, micros),
				this.redis.run(scripts.configurations(), key, micros))
			.exceptionally((failure) -> {
				logger.debug("A script cannot be run yet", failure);
				return null;
			});
		return CompletableFuture.allOf(needed, others);
	}

	private void await(byte[] key, CompletableFuture<?> answer, long deadlineNanos) {
		try {
			RedisAccess.await(answer, deadlineNanos, this.redis.time());
			this.redis.answered();
		}
		catch (ExecutionException | TimeoutException ex) {
			notReady(key, ex);
		}
	}

	private void notReady(byte[] key, Exception failure) {
		@Nullable Throwable cause = FailureReason.cause(failure);
		this.redis.node(key)
			.notReady((cause instanceof TimeoutException)
					? new TimeoutException("no answer for " + MOST.toSeconds() + " s") : cause, key);
	}

}
