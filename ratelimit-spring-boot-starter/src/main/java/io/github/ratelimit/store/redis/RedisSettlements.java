package io.github.ratelimit.store.redis;

import io.github.ratelimit.TimeSource;
import io.github.ratelimit.store.ChargeDecision;
import io.github.ratelimit.store.StoreObserver.Outcome;
import io.github.ratelimit.store.redis.client.ScriptReplies;
import io.github.ratelimit.store.redis.local.DebtLedger;
import io.github.ratelimit.store.redis.local.InFlightReceipt;
import io.github.ratelimit.store.redis.local.LocalFallback;
import io.github.ratelimit.store.redis.local.PermitRefunds;
import io.github.ratelimit.store.redis.local.RememberedKey;
import io.github.ratelimit.store.redis.local.SlotLeases;
import io.github.ratelimit.store.redis.script.LimitEncoding;
import io.github.ratelimit.store.redis.script.SlotEncoding;
import io.github.ratelimit.store.redis.script.Snapshot;
import io.github.ratelimit.store.redis.script.WindowOrSlotSnapshot;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;

/**
 * Gives back and settles what decisions took: in Redis, in what is still to be charged
 * there, or in the local fallback. Thread-safe.
 */
final class RedisSettlements {

	private final LocalFallback fallback;

	private final SlotLeases slotLeases;

	private final DebtLedger debts;

	private final PermitRefunds refunds;

	private final TimeSource time;

	private final long deadlineNanos;

	RedisSettlements(LocalFallback fallback, SlotLeases slotLeases, DebtLedger debts, PermitRefunds refunds,
			TimeSource time, long deadlineNanos) {
		this.fallback = fallback;
		this.slotLeases = slotLeases;
		this.debts = debts;
		this.refunds = refunds;
		this.time = time;
		this.deadlineNanos = deadlineNanos;
	}

	SlotLeases slotLeases() {
		return this.slotLeases;
	}

	/** Keeps the slots that a decision has taken, if any. */
	void hold(ChargeDecision decision, RememberedKey key) {
		if (decision.receipt() instanceof WindowOrSlotSnapshot facts && facts.encoding() instanceof SlotEncoding) {
			this.slotLeases.hold(key, facts, decision.charge().permits());
		}
	}

	/** Adds a debt for permits that a call has received without Redis. */
	void owe(RememberedKey key, LimitEncoding encoding, long permits) {
		this.debts.add(key, encoding, permits);
	}

	/** Gives back what a decision took, and waits for the reply until the deadline. */
	void giveBack(ChargeDecision taken, RememberedKey key, LimitEncoding encoding) {
		if (taken.receipt() instanceof Snapshot) {
			await(sendBack(taken, key));
		}
		else if (taken.receipt() instanceof InFlightReceipt late) {
			long permits = taken.charge().permits();
			await(late.whenKnown((outcome) -> sendBack(permits, outcome, late.encoding(), key)));
		}
		else if (taken.isDegraded() && taken.hasFacts()) {
			this.fallback.giveBack(taken, key, encoding);
		}
	}

	/** Gives back what a decision took in Redis, without waiting. */
	CompletableFuture<?> sendBack(ChargeDecision taken, RememberedKey key) {
		return (taken.receipt() instanceof Snapshot state) ? sendBackAll(taken.charge().permits(), state, key)
				: CompletableFuture.completedFuture(null);
	}

	/** A debt is given back to the state that it is charged to. */
	private CompletableFuture<?> sendBack(long permits, InFlightReceipt.Outcome outcome, LimitEncoding encoding,
			RememberedKey key) {
		Snapshot state = outcome.state();
		Snapshot last = key.last();
		if (state == null && outcome.owed() && last != null && last.encoding() == encoding) {
			state = last;
		}
		return (state != null) ? sendBackAll(permits, state, key) : CompletableFuture.completedFuture(null);
	}

	private CompletableFuture<?> sendBackAll(long permits, Snapshot state, RememberedKey key) {
		if (permits == 0) {
			return CompletableFuture.completedFuture(null);
		}
		if (state instanceof WindowOrSlotSnapshot facts && facts.encoding() instanceof SlotEncoding) {
			return this.slotLeases.giveBack(key, facts.fresh(), permits);
		}
		return sendBack(permits, state, key);
	}

	/** Permits are dropped if another configuration has read their state since. */
	private CompletableFuture<?> sendBack(long permits, Snapshot state, RememberedKey key) {
		Snapshot last = key.last();
		if (last != null && last.encoding() != state.encoding()) {
			return CompletableFuture.completedFuture(null);
		}
		return this.refunds.send(permits, state, key);
	}

	/**
	 * Charges the actual cost of a call instead of what it reserved, and waits for the
	 * reply until the deadline.
	 * @param taken what was reserved
	 * @param actual what it cost
	 * @param key the key
	 * @param encoding of which limit
	 */
	void settle(ChargeDecision taken, long actual, RememberedKey key, LimitEncoding encoding) {
		long more = actual - taken.charge().permits();
		if (taken.receipt() instanceof InFlightReceipt late) {
			await(late.whenKnown((outcome) -> settle(more, outcome, late.encoding(), key)));
		}
		else if (!(taken.receipt() instanceof Snapshot state)) {
			if (taken.isDegraded() && taken.hasFacts()) {
				this.fallback.settle(taken, actual, key, encoding);
			}
		}
		else {
			await(settle(more, state, key));
		}
	}

	private CompletableFuture<?> settle(long more, InFlightReceipt.Outcome outcome, LimitEncoding encoding,
			RememberedKey key) {
		Snapshot state = outcome.state();
		if (state != null) {
			return settle(more, state, key);
		}
		if (more > 0 && outcome.owed()) {
			owe(key, encoding, more);
		}
		return (more < 0) ? sendBack(-more, outcome, encoding, key) : CompletableFuture.completedFuture(null);
	}

	private CompletableFuture<?> settle(long more, Snapshot state, RememberedKey key) {
		if (more < 0) {
			return sendBack(-more, state, key);
		}
		return this.debts.charge(key, state.encoding(), more);
	}

	private void await(CompletableFuture<?> answer) {
		try {
			ScriptReplies.await(answer, this.time.nanoTime() + this.deadlineNanos, this.time);
		}
		catch (ExecutionException | TimeoutException ex) {
			// it was sent, and its failure has been reported
			return;
		}
	}

}
