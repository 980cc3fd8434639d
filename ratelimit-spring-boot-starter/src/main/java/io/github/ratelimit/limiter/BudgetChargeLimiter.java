package io.github.ratelimit.limiter;

import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import io.github.ratelimit.Decision;
import io.github.ratelimit.LimitMode;
import io.github.ratelimit.registry.KillSwitch;
import io.github.ratelimit.store.Charge;
import io.github.ratelimit.store.LimitStore;

/**
 * Decides about limits and budgets together, all or nothing. Limits decide first, so that
 * calls which they refuse do not wait for a budget; what they granted is given back if a
 * budget refuses. Thread-safe.
 */
public final class BudgetChargeLimiter implements ChargeLimiter {

	/** All calls take budgets in the same order, so that no two wait for each other. */
	private static final Comparator<Charge> BY_NAME = Comparator.comparing((charge) -> charge.handle().name());

	private final StoreChargeLimiter limits;

	private final NamedBudgets budgets;

	private final LimitStore store;

	private final KillSwitch killSwitch;

	private final Degradation degradation;

	/**
	 * Creates the limiter.
	 * @param limits decides about limits
	 * @param budgets decide about the charges of their names
	 * @param store where the permits of the limits are kept
	 * @param killSwitch switches everything off and on
	 * @param degradation where failures are reported
	 */
	public BudgetChargeLimiter(StoreChargeLimiter limits, NamedBudgets budgets, LimitStore store, KillSwitch killSwitch,
			Degradation degradation) {
		this.limits = limits;
		this.budgets = budgets;
		this.store = store;
		this.killSwitch = killSwitch;
		this.degradation = degradation;
	}

	@Override
	public Decision tryAcquire(List<Charge> charges) {
		return concernsBudgets(charges) ? decide(charges, false) : this.limits.tryAcquire(charges);
	}

	@Override
	public Decision acquire(List<Charge> charges) {
		return concernsBudgets(charges) ? decide(charges, true) : this.limits.acquire(charges);
	}

	@Override
	public CompletableFuture<Decision> acquireAsync(List<Charge> charges) {
		if (!concernsBudgets(charges)) {
			return this.limits.acquireAsync(charges);
		}
		if (isShadow()) {
			return CompletableFuture.completedFuture(decide(charges, false));
		}
		return call(charges).start(this.limits.decidePartAsync(ofLimits(charges)));
	}

	private boolean concernsBudgets(List<Charge> charges) {
		if (!this.killSwitch.isEnabled()) {
			return false;
		}
		for (int i = 0; i < charges.size(); i++) {
			if (this.budgets.find(charges.get(i)) != null) {
				return true;
			}
		}
		return false;
	}

	private List<Charge> ofLimits(List<Charge> charges) {
		return charges.stream().filter((charge) -> this.budgets.find(charge) == null).toList();
	}

	private List<Charge> ofBudgets(List<Charge> charges) {
		return Charge.distinct(charges)
			.stream()
			.filter((charge) -> this.budgets.find(charge) != null)
			.map((charge) -> isShadow() ? charge.asDryRun() : charge)
			.sorted(BY_NAME)
			.toList();
	}

	private boolean isShadow() {
		return this.killSwitch.mode() == LimitMode.SHADOW;
	}

	private Decision decide(List<Charge> charges, boolean mayWait) {
		Decision limits = this.limits.decidePart(ofLimits(charges), mayWait);
		if (!limits.isAllowed()) {
			return limits;
		}
		return call(charges).decide(limits, mayWait && !isShadow());
	}

	private BudgetCall call(List<Charge> charges) {
		return new BudgetCall(this.limits, this.budgets, this.store, this.degradation, ofBudgets(charges));
	}

}
