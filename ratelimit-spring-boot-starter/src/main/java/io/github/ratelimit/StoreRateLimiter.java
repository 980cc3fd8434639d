package io.github.ratelimit;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;

/**
 * Asks the store, counts what it says, and answers for the store when it fails. Limits
 * that only allow or refuse are asked directly; calls that wait for their turn go through
 * the lines.
 */
final class StoreRateLimiter implements RateLimiter {

	private final LimitRegistry registry;

	private final LimitStore store;

	private final KillSwitch killSwitch;

	private final Degradation degradation;

	private final TimeSource time;

	private final RateLimitListener listener;

	private final Penalties penalties;

	private final WaitingLines lines;

	private final PendingCalls pending;

	private final Executor waitingThreads;

	StoreRateLimiter(LimitRegistry registry, LimitStore store, KillSwitch killSwitch, Degradation degradation,
			TimeSource time, RateLimitListener listener, Executor waitingThreads, ThreadShare callers) {
		this.registry = registry;
		this.store = store;
		this.killSwitch = killSwitch;
		this.degradation = degradation;
		this.time = time;
		this.listener = listener;
		this.penalties = new Penalties(store, listener);
		this.lines = new WaitingLines(time, callers);
		this.pending = new PendingCalls(time);
		this.waitingThreads = waitingThreads;
	}

	@Override
	public LimitHandle limit(String name) {
		return this.registry.get(name).handle();
	}

	@Override
	public Key key(String limit, String text) {
		return this.registry.get(limit).key(text);
	}

	@Override
	public Decision tryAcquire(Charge charge) {
		if (!this.killSwitch.enabled()) {
			return Decision.unlimited();
		}
		RegisteredLimit registered = charge.handle().registered();
		if (!isPlain(registered, charge)) {
			return decide(AskedLimits.of(List.of(charge), this.killSwitch.mode(), this.pending));
		}
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

	/** Whether the store's answer is the decision. */
	private boolean isPlain(RegisteredLimit registered, Charge charge) {
		LimitSettings settings = registered.settings();
		return settings.penalty() == null && !charge.isPending() && !charge.limit().paces()
				&& settings.mode() == LimitMode.ENFORCE && this.killSwitch.mode() == LimitMode.ENFORCE;
	}

	@Override
	public Decision tryAcquire(List<Charge> charges) {
		if (charges.isEmpty() || !this.killSwitch.enabled()) {
			return Decision.unlimited();
		}
		return (charges.size() == 1) ? tryAcquire(charges.get(0)) : decide(ask(charges));
	}

	@Override
	public CompletableFuture<Decision> acquireAsync(List<Charge> charges) {
		if (charges.isEmpty() || !this.killSwitch.enabled()) {
			return CompletableFuture.completedFuture(Decision.unlimited());
		}
		AskedLimits asked = ask(charges);
		return asked.waits() ? waitAsync(asked) : CompletableFuture.completedFuture(decide(asked));
	}

	private AskedLimits ask(List<Charge> charges) {
		return AskedLimits.of(Charge.distinct(charges), this.killSwitch.mode(), this.pending);
	}

	private Decision decide(AskedLimits asked) {
		if (asked.waits()) {
			return await(asked);
		}
		List<LimitDecision> said;
		try {
			List<Charge> charges = asked.charges();
			said = (charges.size() == 1) ? List.of(this.store.take(charges.get(0))) : this.store.takeAll(charges);
		}
		catch (RuntimeException | LinkageError ex) {
			asked.ended();
			return this.degradation.report(asked.limits(), ex);
		}
		return decision(asked, said);
	}

	private Decision await(AskedLimits asked) {
		CallerExecutor caller = new CallerExecutor();
		long start = this.time.nanoTime();
		CompletableFuture<List<LimitDecision>> call = waiting(asked, caller, true).start();
		boolean interrupted = false;
		try {
			caller.runUntilDone(call);
		}
		catch (InterruptedException ex) {
			interrupted = true;
			call.cancel(false);
		}
		try {
			return decision(asked, call.join(), start);
		}
		catch (CancellationException ex) {
			return decision(asked, List.of(interruptedAt(asked)));
		}
		catch (CompletionException ex) {
			Throwable cause = (ex.getCause() != null) ? ex.getCause() : ex;
			asked.ended();
			if (cause instanceof Error error && !(cause instanceof LinkageError)) {
				throw error;
			}
			return this.degradation.report(asked.limits(), cause);
		}
		finally {
			if (interrupted) {
				Thread.currentThread().interrupt();
			}
		}
	}

	private static LimitDecision interruptedAt(AskedLimits asked) {
		Charge charge = asked.charges().stream().filter(WaitingCall::waits).findFirst().orElseThrow();
		long wait = charge.maxWaitNanos();
		return LimitDecision.refused(charge, 0, wait, wait, null);
	}

	private CompletableFuture<Decision> waitAsync(AskedLimits asked) {
		long start = this.time.nanoTime();
		CompletableFuture<List<LimitDecision>> call = waiting(asked, this.waitingThreads, false).start();
		CompletableFuture<Decision> decided = new CompletableFuture<>();
		call.whenComplete((said, failure) -> {
			if (failure != null) {
				asked.ended();
			}
			if (failure == null) {
				Decision decision = decision(asked, said, start);
				if (!decided.complete(decision) && decision.allowed()) {
					decision.permit().giveBack();
				}
			}
			else if (failure instanceof Error && !(failure instanceof LinkageError)) {
				decided.completeExceptionally(failure);
			}
			else if (!decided.isCancelled()) {
				decided.complete(this.degradation.report(asked.limits(), failure));
			}
		});
		decided.whenComplete((decision, failure) -> {
			if (decided.isCancelled()) {
				call.cancel(false);
			}
		});
		return decided;
	}

	private WaitingCall waiting(AskedLimits asked, Executor executor, boolean holdsThread) {
		return new WaitingCall(asked.charges(), this.store, this.lines, this.time, executor, holdsThread);
	}

	private Decision decision(AskedLimits asked, List<LimitDecision> said, long start) {
		Decision decision = decision(asked, said);
		if (decision.turnAfterNanos() > 0) {
			long waited = this.time.nanoTime() - start;
			List<LimitDecision> limits = decision.limits();
			for (int i = 0; i < limits.size(); i++) {
				if (limits.get(i).turnAfterNanos() > 0) {
					this.listener.waited(limits.get(i).charge().handle().registered(), waited);
				}
			}
		}
		return decision;
	}

	private Decision decision(AskedLimits asked, List<LimitDecision> said) {
		boolean stopped = said.stream().anyMatch(LimitDecision::refuses);
		List<LimitDecision> own = asked.own(said, stopped ? (nothing) -> {
		} : this::giveBack);
		Decision decision = (own.size() == 1) ? Decision.of(own.get(0), this.store) : Decision.of(own, this.store);
		for (int i = 0; i < own.size(); i++) {
			LimitDecision limit = own.get(i);
			if (decision.allowed() || limit.violated()) {
				count(limit.charge().handle().registered(), limit, asked.offences(limit, i));
			}
		}
		asked.ended();
		return decision;
	}

	/** A banned call holds nothing, also where it is let through. */
	private void giveBack(LimitDecision taken) {
		Decision.of(taken, this.store).permit().giveBack();
	}

	/** Returns how many calls stand in line. */
	int waiting() {
		return this.lines.waiting();
	}

	/** Returns of how many keys there are undecided calls. */
	int pending() {
		return this.pending.size();
	}

	private void count(RegisteredLimit registered, LimitDecision said, int offences) {
		count(registered.statistics(), said);
		PenaltyHandles penalty = registered.penaltyHandles();
		for (int i = 0; penalty != null && i < offences; i++) {
			this.penalties.refused(registered, penalty, said.key());
		}
	}

	private static void count(LimitStatistics statistics, LimitDecision said) {
		if (said.isDegraded()) {
			statistics.countDegraded();
		}
		else if (!said.violated()) {
			statistics.countAllowed();
		}
		else if (said.refuses()) {
			statistics.countDenied();
		}
		else {
			statistics.countShadowDenied();
		}
	}

}
