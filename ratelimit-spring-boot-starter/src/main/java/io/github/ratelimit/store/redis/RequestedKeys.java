package io.github.ratelimit.store.redis;

import io.github.ratelimit.store.Charge;
import io.github.ratelimit.store.ChargeDecision;
import io.github.ratelimit.store.redis.local.RedisLimit;
import io.github.ratelimit.store.redis.local.RememberedKey;
import io.github.ratelimit.store.redis.script.LimitEncoding;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The charges of a call with what is remembered of their keys.
 *
 * @param charges the charges
 * @param keys their keys, in the same order
 * @param encodings their limits, in the same order
 */
record RequestedKeys(List<Charge> charges, RememberedKey[] keys, LimitEncoding[] encodings) {

	static RequestedKeys of(List<Charge> charges, RedisLimits limits, long now) {
		RememberedKey[] keys = new RememberedKey[charges.size()];
		LimitEncoding[] encodings = new LimitEncoding[charges.size()];
		for (int i = 0; i < keys.length; i++) {
			Charge charge = charges.get(i);
			RedisLimit limit = limits.of(charge.handle());
			encodings[i] = limit.encoding();
			keys[i] = limit.keys().get(charge.key(), now);
		}
		return new RequestedKeys(charges, keys, encodings);
	}

	/**
	 * Returns null unless one limit certainly refuses and something is known of all
	 * others.
	 */
	@Nullable List<ChargeDecision> refusedWithoutAsking(long now) {
		List<ChargeDecision> decisions = null;
		boolean refuses = false;
		for (int i = 0; i < this.keys.length; i++) {
			ChargeDecision refused = this.keys[i].refusedWithoutAsking(this.charges.get(i), this.encodings[i], now);
			if (refused != null) {
				decisions = (decisions != null) ? decisions
						: new ArrayList<>(Collections.nCopies(this.keys.length, null));
				decisions.set(i, refused);
				refuses |= refused.isRefused();
			}
		}
		for (int i = 0; decisions != null && refuses && i < this.keys.length; i++) {
			if (decisions.get(i) == null) {
				ChargeDecision there = this.keys[i].thereWithoutAsking(this.charges.get(i), this.encodings[i], now);
				if (there == null) {
					return null;
				}
				decisions.set(i, there);
			}
		}
		return refuses ? decisions : null;
	}

}
