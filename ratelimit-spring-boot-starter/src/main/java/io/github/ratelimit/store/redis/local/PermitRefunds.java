package io.github.ratelimit.store.redis.local;

import io.github.ratelimit.store.redis.client.FailureReason;
import io.github.ratelimit.store.redis.client.RedisAccess;
import io.github.ratelimit.store.redis.client.ResendTimer;
import io.github.ratelimit.store.redis.client.ScriptClient;
import io.github.ratelimit.store.redis.script.LimitEncoding;
import io.github.ratelimit.store.redis.script.Snapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Gives permits that calls did not need back to the state that they came from. While
 * Redis fails or rejects them, they wait until it answers, bounded in number and time. A
 * call that Redis may have executed is not sent again, since the permits would be given
 * back twice. Thread-safe.
 */
public final class PermitRefunds {

	private static final Log logger = LogFactory.getLog(PermitRefunds.class);

	private static final int MOST_WAITING = 10_000;

	private static final int MOST_TOGETHER = 64;

	private final RedisAccess redis;

	private final Queue<Waiting> waiting = new LinkedBlockingQueue<>(MOST_WAITING);

	private final ResendTimer resends;

	public PermitRefunds(RedisAccess redis) {
		this.redis = redis;
		this.resends = new ResendTimer(redis, this.waiting::isEmpty, this::sendSome);
	}

	/**
	 * Gives permits back to the state that they came from.
	 * @return is completed when they are back, or the first attempt has failed, or they
	 * wait for Redis
	 */
	public CompletableFuture<?> send(long permits, Snapshot from, RememberedKey key) {
		Waiting sent = new Waiting(permits, from, key);
		if (this.redis.isOpen(key.name())) {
			keep(sent);
			return CompletableFuture.completedFuture(null);
		}
		return send(sent);
	}

	private CompletableFuture<?> send(Waiting sent) {
		RememberedKey key = sent.key();
		Snapshot from = sent.from();
		byte[] state = LimitEncoding.buffer(Double.BYTES + Integer.BYTES)
			.putDouble(from.time())
			.putInt(from.origin())
			.array();
		byte[] permits = LimitEncoding.doubles(sent.permits());
		key.forgetState(this.redis.now());
		CompletableFuture<byte[]> answer = this.redis.run(this.redis.scripts().giveBack(), key.name(),
				from.encoding().encode(sent.permits()), state, permits, key.newOrigin());
		return this.redis.noted(ScriptClient.orLost(answer), key.name()).handle((bytes, failure) -> {
			key.forgetState(this.redis.now());
			if (failure != null) {
				failed(sent, failure);
			}
			return null;
		});
	}

	private void failed(Waiting sent, Throwable failure) {
		if (FailureReason.isCertainlyUndone(failure)) {
			keep(sent);
		}
		else {
			lost(sent, "Redis may have taken them");
		}
	}

	private void keep(Waiting sent) {
		if (this.waiting.offer(sent)) {
			this.resends.schedule();
		}
		else {
			lost(sent, "too many wait");
		}
	}

	private static void lost(Waiting sent, String why) {
		if (logger.isDebugEnabled()) {
			logger.debug(sent.permits() + " permits of limit '" + sent.from().encoding().limit().name()
					+ "' are not given back, since " + why);
		}
	}

	/** What cannot be sent yet goes to the end, so that no node delays another. */
	private void sendSome() {
		long now = this.redis.now();
		List<Waiting> later = new ArrayList<>();
		Waiting next = this.waiting.poll();
		for (int sent = 0; next != null; next = (sent < MOST_TOGETHER) ? this.waiting.poll() : null) {
			boolean over = next.isOver(now);
			if (!over && this.redis.isAway(next.key().name())) {
				later.add(next);
			}
			else if (!over) {
				sent++;
				send(next);
			}
		}
		later.forEach(this::keep);
	}

	/**
	 * Permits to give back.
	 *
	 * @param permits how many
	 * @param from the state that they came from
	 * @param key the key of the permits
	 */
	private record Waiting(long permits, Snapshot from, RememberedKey key) {

		/** Returns whether the state has certainly become full, or expired, meanwhile. */
		boolean isOver(long now) {
			return now - this.from.answeredNanos() > DebtLedger.nanosToForget(this.from.encoding().limit());
		}

	}

}
