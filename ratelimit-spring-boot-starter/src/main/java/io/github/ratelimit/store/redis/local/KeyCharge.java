package io.github.ratelimit.store.redis.local;

import io.github.ratelimit.registry.LimitHandle.PreparedForm;
import io.github.ratelimit.store.Charge;
import io.github.ratelimit.store.redis.script.LimitEncoding;

/**
 * A charge with what this instance remembers of its key. Thread-safe.
 *
 * @param charge the charge
 * @param key its key
 * @param encoding its limit
 */
public record KeyCharge(Charge charge, RememberedKey key, LimitEncoding encoding) {

	/** Returns a charge, and remembers its key from now on. */
	public static KeyCharge of(Charge charge, PreparedForm<RedisLimit> limits, long now) {
		RedisLimit limit = limits.of(charge.handle());
		return new KeyCharge(charge, limit.keys().get(charge.key(), now), limit.encoding());
	}

	/** Returns how many permits are taken. */
	public long permits() {
		return this.charge.permits();
	}

	/** Returns the beginning of a state that Redis does not have yet. */
	public byte[] fresh() {
		return this.encoding.fresh(this.key.labelBytes());
	}

	/** Notes that Redis has charged the permits that were granted before. */
	public void charged() {
		this.key.late().end(permits());
	}

	/** Notes that no call received the permits that were granted. */
	public void giveUp() {
		this.key.late().giveUp(permits());
	}

	boolean isForSlots() {
		return this.charge.limit().isConcurrency();
	}

}
