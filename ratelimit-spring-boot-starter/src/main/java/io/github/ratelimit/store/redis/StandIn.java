package io.github.ratelimit.store.redis;

import io.github.ratelimit.Charge;
import io.github.ratelimit.LimitDecision;
import io.github.ratelimit.LimitStore;
import io.github.ratelimit.OnStoreFailure;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Decides for limits whose state cannot be asked for: each by its own
 * {@link OnStoreFailure}. What it takes it takes in this instance's memory, beginning
 * with what was last seen in Redis. Thread-safe.
 */
final class StandIn {

	static final long RETRY_NANOS = Duration.ofSeconds(1).toNanos();

	private final LimitStore local;

	private final RedisStoreSettings settings;

	StandIn(LimitStore local, RedisStoreSettings settings) {
		this.local = local;
		this.settings = settings;
	}

	/**
	 * Takes all charges, or none if one is refused.
	 * @param charges the charges
	 * @param known what is known of their keys, in the same order
	 * @param now the monotonic time
	 */
	List<LimitDecision> takeAll(List<Charge> charges, KnownKey[] known, long now) {
		List<LimitDecision> decisions = new ArrayList<>(charges.size());
		List<Charge> counted = new ArrayList<>(charges.size());
		boolean denied = false;
		for (int i = 0; i < charges.size(); i++) {
			Charge charge = charges.get(i);
			OnStoreFailure policy = this.settings.onStoreFailure(charge.limit().name());
			if (policy == OnStoreFailure.LOCAL) {
				known[i].beginStandIn((seen) -> beginWith(seen, charge, now));
				counted.add(charge);
			}
			denied |= policy == OnStoreFailure.DENY && charge.enforced();
			decisions.add((policy == OnStoreFailure.DENY) ? LimitDecision.unavailable(charge, RETRY_NANOS)
					: LimitDecision.letThrough(charge));
		}
		if (!denied && !counted.isEmpty()) {
			List<LimitDecision> said = this.local.takeAll(counted);
			for (int i = 0, next = 0; next < said.size(); i++) {
				if (charges.get(i) == counted.get(next)) {
					decisions.set(i, LimitDecision.degraded(said.get(next++)));
				}
			}
		}
		return decisions;
	}

	/** Takes what Redis lacked when it was last seen, and time has not brought since. */
	private void beginWith(SeenState seen, Charge charge, long now) {
		if (!seen.terms().limit().equals(charge.limit()) || charge.limit().isConcurrency() || charge.limit().paces()) {
			return;
		}
		long there = seen.remaining(TimeUnit.NANOSECONDS.toMicros(now - seen.askedNanos()));
		long local = this.local.take(new Charge(charge.limit(), charge.key(), 0)).remaining();
		if (local > there) {
			LimitDecision taken = this.local.take(new Charge(charge.limit(), charge.key(), local - Math.max(0, there)));
			if (there < 0) {
				this.local.settle(taken, local - there);
			}
		}
	}

	void giveBack(LimitDecision taken) {
		this.local.giveBack(taken);
	}

	void settle(LimitDecision taken, long actual) {
		this.local.settle(taken, actual);
	}

}
