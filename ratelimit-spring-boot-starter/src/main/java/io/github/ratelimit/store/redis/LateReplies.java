package io.github.ratelimit.store.redis;

import io.github.ratelimit.OnStoreFailure;
import io.github.ratelimit.registry.LimitHandle;
import io.github.ratelimit.store.Charge;
import io.github.ratelimit.store.ChargeDecision;
import io.github.ratelimit.store.Receipt;
import io.github.ratelimit.store.redis.client.RedisAccess;
import io.github.ratelimit.store.redis.local.ChargeGroup;
import io.github.ratelimit.store.redis.local.KeyCharge;
import io.github.ratelimit.store.redis.local.LocalFallback;
import io.github.ratelimit.store.redis.local.RedisLimits;
import io.github.ratelimit.store.redis.local.RememberedKey;
import io.github.ratelimit.store.redis.script.LimitEncoding;
import io.github.ratelimit.store.redis.script.SlotEncoding;
import io.github.ratelimit.store.redis.script.Snapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Decides calls whose replies are not there by the deadline, from the last snapshot of
 * each key less what was granted since, and combines these decisions with the replies
 * when they arrive: permits that Redis has granted to a call that went on stay taken,
 * permits that it has refused become a debt, and permits that it has granted to a refused
 * call are given back. Thread-safe.
 *
 * @param redis where the replies come from
 * @param limits what limits do while Redis fails
 * @param instances how many instances share the limits, at least 1
 * @param settlements where late replies are settled
 */
record LateReplies(RedisAccess redis, RedisLimits limits, IntSupplier instances, RedisSettlements settlements) {

	/**
	 * Takes all charges of some groups, or none if one is refused.
	 * @param groups the groups
	 * @param startNanos when the call began, by the monotonic clock
	 * @return the decisions of each group in the order of its charges; those that have
	 * taken something have a {@link LateReceipt}
	 */
	List<List<ChargeDecision>> decide(List<ChargeGroup> groups, long startNanos) {
		long now = this.redis.now();
		List<List<ChargeDecision>> decisions = new ArrayList<>(groups.size());
		boolean granted = true;
		for (ChargeGroup group : groups) {
			List<ChargeDecision> ofGroup = new ArrayList<>(group.size());
			boolean impatient = ScriptCall.isImpatient(group, this.redis);
			int parts = group.node(this.redis).isSilent() ? this.instances.getAsInt() : 1;
			for (KeyCharge requested : group.charges()) {
				ofGroup.add(decide(requested, impatient, parts, startNanos, now));
			}
			granted &= RedisDecisions.isGranted(ofGroup);
			decisions.add(ofGroup);
		}
		for (int i = 0; !granted && i < groups.size(); i++) {
			giveUp(groups.get(i), decisions.get(i));
		}
		return decisions;
	}

	/**
	 * A call that cannot wait until the deadline does not show whether Redis fails or is
	 * only late. While it may be an outage, the instances divide what was left, unless
	 * each has all of it during one.
	 */
	private ChargeDecision decide(KeyCharge requested, boolean impatient, int parts, long startNanos, long now) {
		Charge charge = requested.charge();
		RememberedKey key = requested.key();
		ChargeDecision block = key.blockWithoutAsking(charge, now);
		if (block != null) {
			return block;
		}
		LateReceipt receipt = new LateReceipt();
		Snapshot last = key.last();
		boolean alone = last == null || impatient;
		// refusals are counted for a ban whatever calls are decided by
		OnStoreFailure policy = (charge.handle().purpose() != LimitHandle.Purpose.REFUSALS)
				? this.limits.onStoreFailure(charge.handle()) : OnStoreFailure.LOCAL;
		if (alone) {
			if (policy == OnStoreFailure.DENY) {
				return ChargeDecision.unavailable(charge, LocalFallback.RETRY_NANOS);
			}
			if (policy == OnStoreFailure.ALLOW) {
				key.giveAway(charge.permits());
				return ChargeDecision.letThrough(charge, receipt);
			}
		}
		int among = (policy == OnStoreFailure.SHARE || policy == OnStoreFailure.DENY) ? parts : 1;
		ChargeDecision decision;
		do {
			decision = key.late().take(charge, requested.encoding(), last, among, startNanos, now, receipt);
		}
		while (decision == null);
		return alone ? ChargeDecision.degraded(decision) : decision;
	}

	/** Releases what was taken for charges that are refused in the end. */
	private static void giveUp(ChargeGroup group, List<ChargeDecision> decisions) {
		for (int i = 0; i < decisions.size(); i++) {
			ChargeDecision decision = decisions.get(i);
			if (!decision.isViolated()) {
				group.charges().get(i).undo();
				decisions.set(i, decision.withoutReceipt());
			}
		}
	}

	/** Returns whether a call goes on without its reply. */
	static boolean goesOn(List<ChargeDecision> decisions) {
		return decisions.stream().anyMatch((decision) -> decision.receipt() instanceof LateReceipt);
	}

	private static @Nullable LateReceipt receipt(List<ChargeDecision> decisions, int index) {
		return (!decisions.isEmpty() && decisions.get(index).receipt() instanceof LateReceipt taken) ? taken : null;
	}

	/**
	 * Notes the reply to a call.
	 * @param group the charges of the call
	 * @param decisions what was decided about them before, none if no caller needs that
	 * any more
	 * @param replies what each charge was answered
	 * @param sent what was sent for each charge
	 */
	void answered(ChargeGroup group, List<ChargeDecision> decisions, List<ChargeDecision> replies, byte[][] sent) {
		for (int i = 0; i < group.size(); i++) {
			KeyCharge requested = group.charges().get(i);
			ChargeDecision reply = replies.get(i);
			Snapshot state = (reply.receipt() instanceof Snapshot taken) ? taken : null;
			LateReceipt receipt = receipt(decisions, i);
			if (receipt == null && state != null) {
				this.settlements.sendBack(requested.permits(), state, requested.key());
			}
			else if (receipt != null && state != null) {
				this.settlements.hold(reply, requested.key());
				requested.charged();
				receipt.known(state, false);
			}
			else if (receipt != null) {
				owe(requested, receipt, LimitEncoding.freshOf(sent[i]));
			}
		}
	}

	/**
	 * Notes that there is no reply to a call.
	 * @param group the charges of the call
	 * @param decisions what was decided about them, none if no caller needs that any more
	 * @param ofOneKey whether a foreign value of a key is the reason, so that nothing was
	 * taken
	 * @param sent what was sent for each charge
	 */
	void failed(ChargeGroup group, List<ChargeDecision> decisions, boolean ofOneKey, byte[][] sent) {
		for (int i = 0; i < group.size(); i++) {
			KeyCharge requested = group.charges().get(i);
			LateReceipt receipt = receipt(decisions, i);
			if (receipt != null && !ofOneKey) {
				owe(requested, receipt, LimitEncoding.freshOf(sent[i]));
			}
			else if (receipt != null) {
				requested.giveUp();
				receipt.known(null, false);
			}
			else if (!ofOneKey && requested.permits() > 0 && requested.encoding() instanceof SlotEncoding) {
				// a foreign value of a key is found before anything is taken
				this.settlements.slotRenewals()
					.giveBack(requested.key(), LimitEncoding.freshOf(sent[i]), requested.permits());
			}
		}
	}

	/** Notes that nothing was sent for charges, and nothing will be. */
	void unasked(ChargeGroup group, List<ChargeDecision> decisions) {
		for (int i = 0; i < group.size(); i++) {
			LateReceipt receipt = receipt(decisions, i);
			if (receipt != null) {
				owe(group.charges().get(i), receipt, group.charges().get(i).fresh());
			}
		}
	}

	private void owe(KeyCharge requested, LateReceipt receipt, byte[] fresh) {
		long permits = requested.permits();
		if (permits > 0 && requested.encoding() instanceof SlotEncoding encoding) {
			receipt.known(this.settlements.slotRenewals().claim(requested.key(), encoding, fresh, permits), false);
			requested.charged();
			return;
		}
		if (permits > 0) {
			this.settlements.owe(requested, permits);
			requested.giveUp();
		}
		receipt.known(null, true);
	}

	/**
	 * The receipt of a call that went on before its reply arrived: the reply shows later
	 * what Redis has taken for it. Thread-safe.
	 */
	static final class LateReceipt implements Receipt {

		private final CompletableFuture<Outcome> outcome = new CompletableFuture<>();

		private void known(@Nullable Snapshot state, boolean owed) {
			this.outcome.complete(new Outcome(state, owed));
		}

		/** Runs an action once it is known what was taken. */
		CompletableFuture<?> whenKnown(Function<Outcome, CompletableFuture<?>> then) {
			return this.outcome.thenCompose(then::apply);
		}

	}

	/**
	 * The outcome of a charge.
	 *
	 * @param state what Redis showed when it took the permits, null if it took nothing
	 * @param owed whether the permits are charged later
	 */
	record Outcome(@Nullable Snapshot state, boolean owed) {
	}

}
