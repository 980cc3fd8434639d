package io.github.ratelimit;

import java.util.ArrayList;
import java.util.List;

/** Asks the store, counts what it says, and answers for the store when it fails. */
final class StoreRateLimiter implements RateLimiter {

	private final LimitRegistry registry;

	private final LimitStore store;

	private final KillSwitch killSwitch;

	private final Degradation degradation;

	StoreRateLimiter(LimitRegistry registry, LimitStore store, KillSwitch killSwitch, Degradation degradation) {
		this.registry = registry;
		this.store = store;
		this.killSwitch = killSwitch;
		this.degradation = degradation;
	}

	@Override
	public Limit limit(String name) {
		return this.registry.get(name).limit();
	}

	@Override
	public Decision tryAcquire(Charge charge) {
		if (!this.killSwitch.enabled()) {
			return Decision.unlimited();
		}
		RegisteredLimit registered = this.registry.get(charge.limit().name());
		LimitDecision said;
		try {
			said = this.store.take(charge);
		}
		catch (RuntimeException | LinkageError ex) {
			return this.degradation.report(List.of(registered), ex);
		}
		count(registered.statistics(), said);
		return Decision.of(said, this.store);
	}

	@Override
	public Decision tryAcquire(List<Charge> charges) {
		if (charges.isEmpty() || !this.killSwitch.enabled()) {
			return Decision.unlimited();
		}
		if (charges.size() == 1) {
			return tryAcquire(charges.get(0));
		}
		List<Charge> distinct = Charge.distinct(charges);
		List<RegisteredLimit> registered = new ArrayList<>(distinct.size());
		for (Charge charge : distinct) {
			registered.add(this.registry.get(charge.limit().name()));
		}
		List<LimitDecision> said;
		try {
			said = this.store.takeAll(distinct);
		}
		catch (RuntimeException | LinkageError ex) {
			return this.degradation.report(registered, ex);
		}
		Decision decision = Decision.of(said, this.store);
		count(registered, decision);
		return decision;
	}

	private static void count(List<RegisteredLimit> registered, Decision decision) {
		List<LimitDecision> said = decision.limits();
		for (int i = 0; i < said.size(); i++) {
			if (decision.allowed() || said.get(i).violated()) {
				count(registered.get(i).statistics(), said.get(i));
			}
		}
	}

	private static void count(LimitStatistics statistics, LimitDecision said) {
		if (said.isDegraded()) {
			statistics.countDegraded();
		}
		else if (said.violated()) {
			statistics.countDenied();
		}
		else {
			statistics.countAllowed();
		}
	}

}
