package io.github.ratelimit.store.redis;

import io.github.ratelimit.OnStoreFailure;
import io.github.ratelimit.TimeSource;
import io.github.ratelimit.store.Charge;
import io.github.ratelimit.store.ChargeDecision;
import io.github.ratelimit.store.redis.local.InFlightReceipt;
import io.github.ratelimit.store.redis.local.LocalFallback;
import io.github.ratelimit.store.redis.local.RememberedKey;
import io.github.ratelimit.store.redis.script.Snapshot;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Decides calls whose replies are not there by the deadline, from the last snapshot of
 * each key less what was granted since. What such a call takes is still taken in Redis
 * when its reply arrives, or charged afterwards. Thread-safe.
 */
final class DeadlineFallback {

	private final RedisStoreSettings settings;

	private final TimeSource time;

	DeadlineFallback(RedisStoreSettings settings, TimeSource time) {
		this.settings = settings;
		this.time = time;
	}

	/**
	 * Takes all charges of some groups, or none if one is refused.
	 * @param groups the groups
	 * @param startNanos when the call began, by the monotonic clock
	 * @return the decisions in the order of the groups and their charges, and what was
	 * taken
	 */
	Taken decide(List<ChargeGroup> groups, long startNanos) {
		long now = this.time.nanoTime();
		List<ChargeDecision> decisions = new ArrayList<>();
		List<@Nullable InFlightReceipt[]> receipts = new ArrayList<>(groups.size());
		boolean refused = false;
		for (ChargeGroup group : groups) {
			@Nullable InFlightReceipt[] taken = new @Nullable InFlightReceipt[group.size()];
			for (int i = 0; i < taken.length; i++) {
				InFlightReceipt receipt = new InFlightReceipt(group.encodings()[i]);
				ChargeDecision decision = decide(group.charges().get(i), group.known()[i], receipt, group.isImpatient(),
						startNanos, now);
				refused |= decision.isRefused();
				taken[i] = decision.isViolated() ? null : receipt;
				decisions.add(decision);
			}
			receipts.add(taken);
		}
		if (refused) {
			for (int i = 0; i < receipts.size(); i++) {
				giveUp(groups.get(i), receipts.get(i));
			}
			decisions.replaceAll((decision) -> decision.isViolated() ? decision : decision.withoutReceipt());
		}
		return new Taken(decisions, receipts, !refused);
	}

	/**
	 * A call that cannot wait until the deadline does not show whether Redis fails or is
	 * only late.
	 */
	private ChargeDecision decide(Charge charge, RememberedKey key, InFlightReceipt receipt, boolean impatient,
			long startNanos, long now) {
		ChargeDecision block = key.blockWithoutAsking(charge, now);
		if (block != null) {
			return block;
		}
		Snapshot last = key.last();
		boolean alone = last == null || impatient;
		if (alone) {
			OnStoreFailure policy = this.settings.onStoreFailure(charge.handle());
			if (policy == OnStoreFailure.DENY) {
				return ChargeDecision.unavailable(charge, LocalFallback.RETRY_NANOS);
			}
			if (policy == OnStoreFailure.ALLOW) {
				key.giveAway(charge.permits());
				return ChargeDecision.letThrough(charge, receipt);
			}
		}
		ChargeDecision decision;
		do {
			decision = key.late().take(charge, receipt.encoding(), last, startNanos, now, receipt);
		}
		while (decision == null);
		return alone ? ChargeDecision.degraded(decision) : decision;
	}

	/** Releases what was taken for charges that are refused in the end. */
	static void giveUp(ChargeGroup group, @Nullable InFlightReceipt[] taken) {
		for (int i = 0; i < taken.length; i++) {
			if (taken[i] != null) {
				group.known()[i].late().giveUp(group.charges().get(i).permits());
				taken[i] = null;
			}
		}
	}

	/**
	 * The result of a late decision.
	 *
	 * @param decisions of all charges
	 * @param receipts of each group, what its charges have taken; null if one has not
	 * @param granted whether no charge is refused
	 */
	record Taken(List<ChargeDecision> decisions, List<@Nullable InFlightReceipt[]> receipts, boolean granted) {
	}

}
