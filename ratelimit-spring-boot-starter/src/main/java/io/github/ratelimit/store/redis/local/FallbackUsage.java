package io.github.ratelimit.store.redis.local;

import io.github.ratelimit.Algorithm;
import io.github.ratelimit.Limit;
import io.github.ratelimit.Rate;
import io.github.ratelimit.store.Charge;
import io.github.ratelimit.store.ChargeDecision;
import io.github.ratelimit.store.LimitStore;
import io.github.ratelimit.store.redis.script.LimitEncoding;
import io.github.ratelimit.store.redis.script.Snapshot;
import java.math.BigInteger;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * What the local fallback has allowed one key and Redis has not charged. The permits that
 * are charged together form an episode; permits of an episode that are given back later
 * are returned to the state that was charged. Thread-safe.
 */
final class FallbackUsage extends RememberedKeys.InFlightState {

	private static final byte[] ANY_ORIGIN = new byte[0];

	private static final byte[] NEW = new byte[Integer.BYTES];

	/** The state that this last began with, null before the first. */
	private volatile @Nullable Snapshot began;

	/**
	 * The origin of the state that will be charged: the one seen before the first permit
	 * was allowed.
	 */
	private byte[] origin = NEW;

	private long allowed;

	/** The episode of what is allowed now. */
	private CompletableFuture<@Nullable Snapshot> episode = new CompletableFuture<>();

	private long registeredAt;

	private boolean registered;

	/** Whether what is allowed will be charged. */
	private boolean remembered = true;

	/** Returns whether this has begun with a state. */
	boolean hasBegunWith(@Nullable Snapshot seen) {
		return seen == this.began;
	}

	/**
	 * Begins with a state; nothing is allowed before that.
	 * @param begin lowers the local state to the given one
	 */
	synchronized void begin(Snapshot seen, Runnable begin) {
		if (!use() || seen == this.began) {
			return;
		}
		begin.run();
		if (this.allowed == 0) {
			this.origin = originOf(seen);
		}
		this.began = seen;
	}

	private static byte[] originOf(Snapshot seen) {
		return LimitEncoding.buffer(Integer.BYTES).putInt(seen.origin()).array();
	}

	/**
	 * Notes that permits were allowed.
	 * @return the episode: becomes the state that Redis has charged for it, null if that
	 * is not known; is never completed if its permits cannot be given back. Null if this
	 * is over
	 */
	synchronized @Nullable CompletableFuture<@Nullable Snapshot> allow(long permits) {
		if (!use()) {
			return null;
		}
		this.allowed += permits;
		return this.episode;
	}

	/** Returns whether this has to be registered with the debts again. */
	synchronized boolean register(long now, long every) {
		if (this.registered && now - this.registeredAt < every) {
			return false;
		}
		this.registered = true;
		this.registeredAt = now;
		return true;
	}

	/** Notes whether the debts had room for this. */
	synchronized void remembered(boolean remembered) {
		this.remembered = remembered;
	}

	/**
	 * Ends the episode if the debts had no room for it.
	 * @return what was allowed in it and is not charged
	 */
	synchronized long forget() {
		return this.remembered ? 0 : end().allowed();
	}

	/**
	 * Changes the number of permits of an episode, unless it has ended.
	 * @param more permits, negative for fewer
	 * @return whether it has not ended
	 */
	synchronized boolean change(CompletableFuture<@Nullable Snapshot> episode, long more) {
		if (episode != this.episode || !use()) {
			return false;
		}
		this.allowed = Math.max(0, this.allowed + more);
		return true;
	}

	/**
	 * Ends the episode and returns its debt. If Redis still has the state from before the
	 * outage, the permits that were allowed are charged, unless they have refilled
	 * meanwhile. If Redis has lost the state, all permits that are in use by now are
	 * charged, as far as this instance has a record of them.
	 * @param local counted what was allowed
	 * @param look a peek at it
	 * @param parts the number of instances that share the used permits of a lost state
	 * @return the debt, null if there is none
	 */
	KeyDebt.@Nullable Owed debt(LimitStore local, Charge look, int parts) {
		Episode episode = collect();
		ChargeDecision now = local.take(look);
		Limit limit = now.limit();
		long[] there = new long[limit.quotas()];
		long[] lost = new long[there.length];
		long most = 0;
		for (int i = 0; i < there.length; i++) {
			long used = used(limit, now, i);
			there[i] = Math.min(used, episode.allowed());
			lost[i] = there[i] + (used - there[i]) / parts;
			most = Math.max(most, lost[i]);
		}
		if (most == 0) {
			return null;
		}
		// each scheduled permit of a paced limit has its own origin
		return new KeyDebt.Owed(limit.isPaced() ? ANY_ORIGIN : episode.origin(), there, lost,
				(state, all) -> charged(episode, state, all));
	}

	private static long used(Limit limit, ChargeDecision now, int quota) {
		if (limit.algorithm() != Algorithm.TOKEN_BUCKET) {
			return Math.max(0, limit.quota(quota) - now.remaining(quota));
		}
		Rate rate = limit.rates().get(quota);
		BigInteger[] permits = BigInteger.valueOf(now.resetAfter(quota).toNanos())
			.multiply(BigInteger.valueOf(rate.permits()))
			.divideAndRemainder(BigInteger.valueOf(rate.period().toNanos()));
		return permits[0].add(BigInteger.valueOf(permits[1].signum()))
			.min(BigInteger.valueOf(LimitEncoding.MOST))
			.longValueExact();
	}

	/** Ends the episode, unless nothing was allowed in it, and returns it. */
	private synchronized Episode collect() {
		this.registered = false;
		return end();
	}

	private Episode end() {
		CompletableFuture<@Nullable Snapshot> next = new CompletableFuture<>();
		if (this.allowed == 0) {
			return new Episode(next, 0, this.origin);
		}
		Episode ended = new Episode(this.episode, this.allowed, this.origin);
		this.allowed = 0;
		this.episode = next;
		return ended;
	}

	/**
	 * Notes that an episode was charged.
	 * @param state the state then, null if it is not known
	 * @param all whether all of it was charged: otherwise nothing of it can be given back
	 */
	private void charged(Episode episode, @Nullable Snapshot state, boolean all) {
		synchronized (this) {
			// without a state Redis has charged it before, maybe to a new state
			this.origin = (state != null) ? originOf(state) : ANY_ORIGIN;
		}
		if (all) {
			episode.charged().complete(state);
		}
	}

	@Override
	boolean isIdle() {
		return this.allowed == 0;
	}

	/**
	 * The permits that were allowed and are charged together.
	 *
	 * @param charged becomes the state that Redis has charged
	 * @param allowed how many permits
	 * @param origin of the state that was seen before
	 */
	private record Episode(CompletableFuture<@Nullable Snapshot> charged, long allowed, byte[] origin) {
	}

}
