package io.github.ratelimit.limiter;

import io.github.ratelimit.Decision;
import io.github.ratelimit.limiter.NamedBudgets.NamedBudget;
import io.github.ratelimit.permit.StoreDecision;
import io.github.ratelimit.store.Charge;
import io.github.ratelimit.store.ChargeDecision;
import io.github.ratelimit.store.LimitStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A call that takes permits of budgets, one after the other, once its limits have allowed
 * it. Whatever it has taken is given back if a budget refuses, or if it is cancelled.
 */
final class BudgetCall {

	private final DecisionReporter reporter;

	private final NamedBudgets budgets;

	private final LimitStore store;

	private final LimiterFailures limiterFailures;

	private final List<Charge> charges;

	/** What the limits have decided, allowed. */
	private Decision ofLimits = Decision.unlimited();

	/** What limits and budgets have granted, the limits first. */
	private final List<ChargeDecision> taken = new ArrayList<>();

	/** What takes the charges without a thread, in their order. */
	private final List<Supplier<CompletableFuture<ChargeDecision>>> takes = new ArrayList<>();

	private final CompletableFuture<Decision> decided = new CompletableFuture<>();

	/** How many of the charges have been decided. */
	private int asked;

	private volatile @Nullable CompletableFuture<?> asking;

	/**
	 * Creates a call.
	 * @param reporter counts what its limits have allowed
	 * @param budgets decide about the charges
	 * @param store where the permits of the limits are kept
	 * @param limiterFailures where failures are reported
	 * @param charges of budgets, at least one, in the order in which they are taken
	 */
	BudgetCall(DecisionReporter reporter, NamedBudgets budgets, LimitStore store, LimiterFailures limiterFailures,
			List<Charge> charges) {
		this.reporter = reporter;
		this.budgets = budgets;
		this.store = store;
		this.limiterFailures = limiterFailures;
		this.charges = charges;
	}

	/**
	 * Decides in this thread.
	 * @param limits what the limits have decided, allowed
	 * @param mayWait whether it may wait
	 */
	Decision decide(Decision limits, boolean mayWait) {
		begin(limits);
		try {
			for (Charge charge : this.charges) {
				NamedBudget budget = budget(charge);
				ChargeDecision decision = mayWait ? budget.take(charge) : budget.tryTake(charge);
				if (decision.isRefused()) {
					return refused(decision);
				}
				this.taken.add(decision);
			}
			return allowed();
		}
		catch (RuntimeException | LinkageError ex) {
			return failed(ex);
		}
	}

	/**
	 * Decides without holding a thread.
	 * @param limits becomes what the limits have decided
	 * @return becomes the decision over all
	 */
	CompletableFuture<Decision> start(CompletableFuture<Decision> limits) {
		this.charges.forEach((charge) -> this.takes.add(budget(charge).asyncTake(charge)));
		this.decided.whenComplete((decision, failure) -> {
			CompletableFuture<?> asking = this.asking;
			if (this.decided.isCancelled() && asking != null) {
				asking.cancel(false);
			}
		});
		this.asking = limits;
		limits.whenComplete((decision, failure) -> {
			if (failure != null) {
				this.decided.completeExceptionally(failure);
			}
			else if (!decision.isAllowed()) {
				this.decided.complete(decision);
			}
			else {
				begin(decision);
				askNext();
			}
		});
		return this.decided;
	}

	private void begin(Decision limits) {
		this.ofLimits = limits;
		this.taken.addAll(StoreDecision.chargesOf(limits));
	}

	private void askNext() {
		if (this.asked == this.charges.size()) {
			complete(allowed());
			return;
		}
		CompletableFuture<ChargeDecision> asking;
		try {
			asking = this.takes.get(this.asked++).get();
		}
		catch (RuntimeException | LinkageError ex) {
			complete(failed(ex));
			return;
		}
		this.asking = asking;
		if (this.decided.isCancelled()) {
			asking.cancel(false);
		}
		asking.whenComplete((decision, failure) -> {
			if (failure != null) {
				complete(failed(failure));
			}
			else if (decision.isRefused()) {
				complete(refused(decision));
			}
			else {
				this.taken.add(decision);
				askNext();
			}
		});
	}

	private void complete(Decision decision) {
		if (!this.decided.complete(decision) && decision.isAllowed()) {
			giveBack();
		}
	}

	private NamedBudget budget(Charge charge) {
		return Objects.requireNonNull(this.budgets.find(charge));
	}

	private Decision allowed() {
		this.reporter.goesOn(this.ofLimits);
		return StoreDecision.of(List.copyOf(this.taken), this.store);
	}

	private Decision refused(ChargeDecision refusal) {
		giveBack();
		List<ChargeDecision> decisions = new ArrayList<>();
		this.taken.forEach((decision) -> decisions.add(decision.withoutReceipt()));
		decisions.add(refusal);
		return StoreDecision.of(decisions, this.store);
	}

	private Decision failed(Throwable failure) {
		giveBack();
		if (this.decided.isCancelled()) {
			return Decision.degraded();
		}
		this.reporter.goesOn(this.ofLimits);
		return this.limiterFailures.report(List.of(), failure);
	}

	private void giveBack() {
		StoreDecision.giveBack(this.taken, this.store);
	}

}
