package io.github.ratelimit.store.redis.local;

import io.github.ratelimit.Algorithm;
import io.github.ratelimit.Limit;
import io.github.ratelimit.OnStoreFailure;
import io.github.ratelimit.Rate;
import io.github.ratelimit.store.Charge;
import io.github.ratelimit.store.ChargeDecision;
import io.github.ratelimit.store.LimitStore;
import io.github.ratelimit.store.redis.script.LimitEncoding;
import java.math.BigInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The debt of a key for what the local fallback has allowed. If Redis still has the state
 * from before the outage, the permits that were allowed are charged, unless they have
 * refilled meanwhile. If Redis has lost the state, all permits that are in use by now are
 * charged, as far as this instance has a record of them.
 */
final class FallbackDebt implements Supplier<KeyDebt.@Nullable Owed> {

	private static final byte[] ANY_ORIGIN = new byte[0];

	private final LimitStore local;

	private final Charge look;

	private final FallbackUsage usage;

	/** The number of instances that share the used permits of a lost state. */
	private final int parts;

	/**
	 * Creates the debt of a key.
	 * @param local the memory store that counted it
	 * @param own any charge of its permits there
	 * @param usage what was allowed since it was charged last
	 * @param policy what its limit does while Redis fails
	 * @param instances how many instances there are
	 */
	FallbackDebt(LimitStore local, Charge own, FallbackUsage usage, OnStoreFailure policy, int instances) {
		this.local = local;
		this.look = Charge.of(own.handle(), own.key(), 0);
		this.usage = usage;
		boolean whole = policy == OnStoreFailure.LOCAL;
		this.parts = whole ? instances : 1;
	}

	@Override
	public KeyDebt.@Nullable Owed get() {
		FallbackUsage.Episode episode = this.usage.collect();
		ChargeDecision now = this.local.take(this.look);
		Limit limit = now.limit();
		long[] there = new long[limit.quotas()];
		long[] lost = new long[there.length];
		long most = 0;
		for (int i = 0; i < there.length; i++) {
			long used = used(limit, now, i);
			there[i] = Math.min(used, episode.allowed());
			lost[i] = there[i] + (used - there[i]) / this.parts;
			most = Math.max(most, lost[i]);
		}
		if (most == 0) {
			return null;
		}
		// each scheduled permit of a paced limit has its own origin
		return new KeyDebt.Owed(limit.isPaced() ? ANY_ORIGIN : episode.origin(), there, lost,
				(state, all) -> this.usage.charged(episode, state, all));
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

}
