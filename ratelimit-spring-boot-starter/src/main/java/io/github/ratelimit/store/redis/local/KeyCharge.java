package io.github.ratelimit.store.redis.local;

import io.github.ratelimit.store.Charge;
import io.github.ratelimit.store.ChargeDecision;
import io.github.ratelimit.store.redis.script.BucketEncoding;
import io.github.ratelimit.store.redis.script.LimitEncoding;
import org.jspecify.annotations.Nullable;

/**
 * A charge with what this instance remembers of its key. Thread-safe.
 *
 * @param charge the charge
 * @param key its key
 * @param encoding its limit
 */
public record KeyCharge(Charge charge, RememberedKey key, LimitEncoding encoding) {

	/** Returns a charge, and remembers its key from now on. */
	public static KeyCharge of(Charge charge, RedisLimits limits, long now) {
		RedisLimits.CountedLimit limit = limits.of(charge.handle());
		return new KeyCharge(charge, limit.keys().get(charge.key(), now), limit.encoding());
	}

	/**
	 * Decides without Redis: from the lease of the key, or by a refusal that is still
	 * valid.
	 * @return the decision, null if Redis has to decide
	 */
	public @Nullable ChargeDecision decideLocally(long now) {
		PermitLease lease = this.key.lease(this.charge.handle().registered().settings().lease());
		ChargeDecision leased = (lease != null && this.encoding instanceof BucketEncoding bucket)
				? lease.take(this.charge, bucket, now) : null;
		return (leased != null) ? leased : this.key.refusedWithoutAsking(this.charge, this.encoding, now);
	}

	/** Returns how many permits are taken. */
	public long permits() {
		return this.charge.permits();
	}

	/** Returns what the script of decisions is sent. */
	public byte[] arguments() {
		return this.encoding.arguments(this.charge, this.key.labelBytes());
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

	/** Takes back what was granted in this decision. */
	public void undo() {
		this.key.late().undo(permits());
	}

	public boolean isForSlots() {
		return this.charge.limit().isConcurrency();
	}

	/**
	 * Holds the slots that a decision has granted.
	 * @return false if the call exceeds the limit and has to give its slots back
	 */
	boolean holdSlots(ChargeDecision decision) {
		LocalSlots slots = this.key.slots();
		if (decision.receipt() == null) {
			slots.drop(permits());
			return true;
		}
		// the local fallback has noted what it granted
		return decision.receipt() instanceof LocalFallback.FallbackReceipt
				|| slots.hold(permits(), this.charge.isEnforced() ? this.charge.limit().capacity() : Long.MAX_VALUE);
	}

	/** Notes that a call has ended, and the slots that it may have were given back. */
	public void endSlots(ChargeDecision taken) {
		if (isForSlots() && taken.receipt() instanceof LocalFallback.FallbackReceipt) {
			this.key.slots().drop(permits());
		}
		else if (isForSlots() && taken.receipt() != null) {
			this.key.slots().end(permits());
		}
	}

}
