package io.github.ratelimit.store.redis;

import io.github.ratelimit.OnStoreFailure;
import io.github.ratelimit.TimeSource;
import io.github.ratelimit.registry.LimitHandle;
import io.github.ratelimit.store.Charge;
import io.github.ratelimit.store.ChargeDecision;
import io.github.ratelimit.store.redis.local.InFlightReceipt;
import io.github.ratelimit.store.redis.local.KeyCharge;
import io.github.ratelimit.store.redis.local.LocalFallback;
import io.github.ratelimit.store.redis.local.RememberedKey;
import io.github.ratelimit.store.redis.script.Snapshot;
import java.util.ArrayList;
import java.util.List;

/**
 * Decides calls whose replies are not there by the deadline, from the last snapshot of
 * each key less what was granted since. What such a call takes is still taken in Redis
 * when its reply arrives, or charged afterwards. Thread-safe.
 *
 * @param settings what limits do while Redis fails
 * @param time the time of this instance
 */
record DeadlineFallback(RedisStoreSettings settings, TimeSource time) {

	/**
	 * Takes all charges of some groups, or none if one is refused.
	 * @param groups the groups
	 * @param startNanos when the call began, by the monotonic clock
	 * @return the decisions of each group in the order of its charges; those that have
	 * taken something have an {@link InFlightReceipt}
	 */
	List<List<ChargeDecision>> decide(List<ChargeGroup> groups, long startNanos) {
		long now = this.time.nanoTime();
		List<List<ChargeDecision>> decisions = new ArrayList<>(groups.size());
		boolean granted = true;
		for (ChargeGroup group : groups) {
			List<ChargeDecision> ofGroup = new ArrayList<>(group.size());
			for (KeyCharge requested : group.charges()) {
				ofGroup.add(decide(requested, group.isImpatient(), startNanos, now));
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
	 * only late.
	 */
	private ChargeDecision decide(KeyCharge requested, boolean impatient, long startNanos, long now) {
		Charge charge = requested.charge();
		RememberedKey key = requested.key();
		ChargeDecision block = key.blockWithoutAsking(charge, now);
		if (block != null) {
			return block;
		}
		InFlightReceipt receipt = new InFlightReceipt();
		Snapshot last = key.last();
		boolean alone = last == null || impatient;
		// refusals are counted for a ban whatever calls are decided by
		if (alone && charge.handle().purpose() != LimitHandle.Purpose.REFUSALS) {
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
			decision = key.late().take(charge, requested.encoding(), last, startNanos, now, receipt);
		}
		while (decision == null);
		return alone ? ChargeDecision.degraded(decision) : decision;
	}

	/** Releases what was taken for charges that are refused in the end. */
	private static void giveUp(ChargeGroup group, List<ChargeDecision> decisions) {
		for (int i = 0; i < decisions.size(); i++) {
			ChargeDecision decision = decisions.get(i);
			if (!decision.isViolated()) {
				group.charges().get(i).giveUp();
				decisions.set(i, decision.withoutReceipt());
			}
		}
	}

}
