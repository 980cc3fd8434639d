package io.github.ratelimit.store.redis.local;

import io.github.ratelimit.store.Charge;
import io.github.ratelimit.store.ChargeDecision;
import io.github.ratelimit.store.redis.client.RedisAccess;
import io.github.ratelimit.store.redis.client.ScriptClient;
import io.github.ratelimit.store.redis.script.BucketEncoding;
import io.github.ratelimit.store.redis.script.BucketSnapshot;
import io.github.ratelimit.store.redis.script.Snapshot;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Permits of one busy key that this instance has taken in Redis in advance and grants
 * itself. It never holds more than an eighth of what was left when it took them, is
 * renewed before they are spent, and gives back unspent permits when it expires.
 * Thread-safe.
 */
public final class PermitLease {

	private static final int SHARE = 8;

	private static final long LEAST = 4;

	private static final byte GRANTED = '1';

	private final RememberedKey key;

	private final RedisAccess redis;

	private final PermitRefunds refunds;

	private final long ttlNanos;

	/** Permits that can be granted; negative while there is no lease. */
	private final AtomicLong left = new AtomicLong(-1);

	private final AtomicBoolean renewing = new AtomicBoolean();

	/** Completed while no renewal is in flight. */
	private volatile CompletableFuture<@Nullable Void> renewal = CompletableFuture.completedFuture(null);

	private volatile boolean closed;

	private volatile @Nullable BucketSnapshot from;

	private volatile long endsAt;

	private volatile long renewBelow;

	private volatile long wanted = LEAST;

	/**
	 * Creates a lease without permits.
	 * @param key the key
	 * @param redis where they are taken
	 * @param refunds gives back what is not spent
	 * @param ttl how long permits are kept
	 */
	PermitLease(RememberedKey key, RedisAccess redis, PermitRefunds refunds, Duration ttl) {
		this.key = key;
		this.redis = redis;
		this.refunds = refunds;
		this.ttlNanos = ttl.toNanos();
	}

	/** Returns whether the lease has this duration. */
	boolean lasts(@Nullable Duration ttl) {
		return ttl != null && ttl.toNanos() == this.ttlNanos;
	}

	/** Returns null if the lease has too few permits or has expired. */
	@Nullable ChargeDecision take(Charge charge, BucketEncoding encoding, long now) {
		BucketSnapshot from = this.from;
		if (from == null || from.encoding() != encoding || now - this.endsAt >= 0) {
			return null;
		}
		long before = this.left.get();
		while (before >= Math.max(charge.permits(), charge.needed())) {
			if (this.left.compareAndSet(before, before - charge.permits())) {
				long after = before - charge.permits();
				if (after < this.renewBelow) {
					renew(encoding, true, now);
				}
				return from.leased(charge, after, now);
			}
			before = this.left.get();
		}
		return null;
	}

	/** Notes a charge that Redis granted: the next ones may find a lease. */
	public void granted(BucketEncoding encoding, long now) {
		renew(encoding, this.left.get() >= 0, now);
	}

	private void renew(BucketEncoding encoding, boolean busy, long now) {
		Snapshot last = this.key.last();
		boolean fresh = last != null && last.encoding() == encoding && now - last.askedNanos() < this.ttlNanos;
		if (this.closed || last == null || !fresh || !this.renewing.compareAndSet(false, true)) {
			return;
		}
		long elapsed = TimeUnit.NANOSECONDS.toMicros(now - last.askedNanos());
		long most = last.remaining(elapsed) / SHARE;
		long wanted = Math.min(busy ? this.wanted * 2 : this.wanted, most);
		long missing = wanted - Math.max(0, this.left.get());
		if (wanted < LEAST || missing < LEAST) {
			this.renewing.set(false);
			return;
		}
		this.wanted = wanted;
		this.renewal = new CompletableFuture<>();
		take(encoding, missing);
	}

	/** Takes permits in advance, without waiting. */
	private void take(BucketEncoding encoding, long permits) {
		byte[] name = this.key.name();
		if (this.redis.isOpen(name)) {
			taken(permits, null);
			return;
		}
		long asked = this.redis.now();
		CompletableFuture<byte[]> asking = this.redis.take(new byte[][] { name },
				encoding.arguments(permits, permits, this.key.labelBytes()));
		ScriptClient.orLost(asking).whenComplete((bytes, failure) -> {
			if (failure != null) {
				this.redis.node(name).failed(failure, name);
				taken(permits, null);
				return;
			}
			long now = this.redis.now();
			this.redis.answered(name, now - asked);
			ByteBuffer answer = ByteBuffer.wrap(bytes);
			boolean granted = answer.get() == GRANTED;
			BucketSnapshot state = new BucketSnapshot(answer, encoding, asked, now);
			this.key.saw(state);
			taken(permits, granted ? state : null);
		});
	}

	/**
	 * Receives the permits that Redis granted in advance, and the state, null if there is
	 * none.
	 */
	private void taken(long permits, @Nullable BucketSnapshot state) {
		if (state != null) {
			BucketSnapshot before = this.from;
			if (before != null && (before.origin() != state.origin() || before.encoding() != state.encoding())) {
				// Redis drops them if that state no longer exists: they do not belong to
				// this one
				giveBack();
			}
			long held = Math.max(0, this.left.getAndSet(-1)) + permits;
			this.from = state;
			this.endsAt = state.askedNanos() + this.ttlNanos;
			this.renewBelow = held / 2;
			this.left.set(held);
			this.redis.scheduler().schedule(() -> end(state), this.ttlNanos, TimeUnit.NANOSECONDS);
		}
		this.renewing.set(false);
		this.renewal.complete(null);
	}

	private void end(Snapshot state) {
		if (this.from == state) {
			if (this.left.get() > this.renewBelow) {
				this.wanted = Math.max(LEAST, this.wanted / 2);
			}
			giveBack();
		}
	}

	/** Gives back unspent permits, and those of a renewal in flight. */
	public CompletableFuture<?> close() {
		this.closed = true;
		return this.renewal.thenCompose((done) -> giveBack());
	}

	private CompletableFuture<?> giveBack() {
		BucketSnapshot state = this.from;
		long unspent = this.left.getAndSet(-1);
		return (unspent > 0 && state != null) ? this.refunds.send(unspent, state, this.key)
				: CompletableFuture.completedFuture(null);
	}

}
