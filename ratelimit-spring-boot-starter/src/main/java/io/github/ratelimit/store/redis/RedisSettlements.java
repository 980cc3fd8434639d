package io.github.ratelimit.store.redis;

import io.github.ratelimit.store.ChargeDecision;
import io.github.ratelimit.store.redis.client.RedisAccess;
import io.github.ratelimit.store.redis.local.DebtLedger;
import io.github.ratelimit.store.redis.local.KeyCharge;
import io.github.ratelimit.store.redis.local.LocalFallback;
import io.github.ratelimit.store.redis.local.PermitRefunds;
import io.github.ratelimit.store.redis.local.RedisLimits;
import io.github.ratelimit.store.redis.local.RememberedKey;
import io.github.ratelimit.store.redis.local.SlotRenewals;
import io.github.ratelimit.store.redis.script.SlotEncoding;
import io.github.ratelimit.store.redis.script.Snapshot;
import io.github.ratelimit.store.redis.script.WindowOrSlotSnapshot;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;

/**
 * Gives back and settles what decisions took: in Redis, in what is still to be charged
 * there, or in the local fallback. Thread-safe.
 *
 * @param redis waits for replies
 * @param limits the limits as the store counts them
 * @param fallback has what was taken without Redis
 * @param slotRenewals keeps the slots that were taken
 * @param debts receives what is to be charged
 * @param refunds gives permits back
 */
record RedisSettlements(RedisAccess redis, RedisLimits limits, LocalFallback fallback, SlotRenewals slotRenewals,
		DebtLedger debts, PermitRefunds refunds) {

	/** Keeps the slots that a decision has taken, if any. */
	void hold(ChargeDecision decision, RememberedKey key) {
		if (decision.receipt() instanceof WindowOrSlotSnapshot facts && facts.encoding() instanceof SlotEncoding) {
			this.slotRenewals.hold(key, facts, decision.charge().permits());
		}
	}

	/** Adds a debt for permits that a call has received without Redis. */
	void owe(KeyCharge requested, long permits) {
		this.debts.charge(requested.key(), requested.encoding(), permits);
	}

	/**
	 * Gives back what a decision took, and the slots that this instance held for it.
	 * @param taken what was taken
	 * @param since when the decision began of which this is a part
	 */
	void giveBack(ChargeDecision taken, long since) {
		KeyCharge requested = requested(taken);
		giveBack(taken, requested, since);
		requested.endSlots(taken);
	}

	private KeyCharge requested(ChargeDecision taken) {
		return KeyCharge.of(taken.charge(), this.limits, this.redis.now());
	}

	/**
	 * Gives back what a decision took, and waits for the reply until the deadline.
	 * @param taken what was taken
	 * @param requested its key and limit
	 * @param since when the decision began of which this is a part
	 */
	void giveBack(ChargeDecision taken, KeyCharge requested, long since) {
		this.fallback.giveBack(taken, requested);
		await(change(taken, requested, -requested.permits()), since);
	}

	/**
	 * Charges the actual cost of a call instead of what it reserved, and waits for the
	 * reply until the deadline.
	 * @param taken what was reserved
	 * @param actual what it cost
	 */
	void settle(ChargeDecision taken, long actual) {
		KeyCharge requested = requested(taken);
		this.fallback.settle(taken, actual, requested);
		await(change(taken, requested, actual - requested.permits()), this.redis.now());
	}

	/**
	 * Charges more permits for a decision in Redis, or gives permits back if there are
	 * fewer than none; does nothing for a decision of the local fallback.
	 */
	private CompletableFuture<?> change(ChargeDecision taken, KeyCharge requested, long more) {
		if (taken.receipt() instanceof Snapshot state) {
			return change(state, requested.key(), more);
		}
		return (taken.receipt() instanceof LateReplies.LateReceipt late)
				? late.whenKnown((outcome) -> change(outcome, requested, more))
				: CompletableFuture.completedFuture(null);
	}

	/** A debt is given back to the state that it is charged to. */
	private CompletableFuture<?> change(LateReplies.Outcome outcome, KeyCharge requested, long more) {
		Snapshot state = outcome.state();
		Snapshot last = requested.key().last();
		if (state != null) {
			return change(state, requested.key(), more);
		}
		if (outcome.owed() && more > 0) {
			owe(requested, more);
		}
		else if (outcome.owed() && last != null && last.encoding() == requested.encoding()) {
			return sendBack(-more, last, requested.key());
		}
		return CompletableFuture.completedFuture(null);
	}

	private CompletableFuture<?> change(Snapshot state, RememberedKey key, long more) {
		return (more < 0) ? sendBack(-more, state, key) : this.debts.charge(key, state.encoding(), more);
	}

	/**
	 * Gives permits back to a state in Redis, without waiting. They are dropped if
	 * another configuration has read the state since.
	 */
	CompletableFuture<?> sendBack(long permits, Snapshot state, RememberedKey key) {
		if (permits > 0 && state instanceof WindowOrSlotSnapshot facts && facts.encoding() instanceof SlotEncoding) {
			return this.slotRenewals.giveBack(key, facts.fresh(), permits);
		}
		Snapshot last = key.last();
		boolean dropped = permits == 0 || (last != null && last.encoding() != state.encoding());
		return dropped ? CompletableFuture.completedFuture(null) : this.refunds.send(permits, state, key);
	}

	private void await(CompletableFuture<?> answer, long since) {
		try {
			this.redis.await(answer, since);
		}
		catch (ExecutionException | TimeoutException ex) {
			// it was sent, and its failure has been reported
		}
	}

}
