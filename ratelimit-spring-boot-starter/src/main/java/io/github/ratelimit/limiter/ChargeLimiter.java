package io.github.ratelimit.limiter;

import io.github.ratelimit.Decision;
import io.github.ratelimit.Limit;
import io.github.ratelimit.LimitMode;
import io.github.ratelimit.TimeSource;
import io.github.ratelimit.permit.StoreDecision;
import io.github.ratelimit.queue.AsyncCallThreads;
import io.github.ratelimit.queue.CallQueues;
import io.github.ratelimit.queue.QueuedCall;
import io.github.ratelimit.queue.WaitingThreadLimit;
import io.github.ratelimit.registry.KillSwitch;
import io.github.ratelimit.registry.RegisteredLimit;
import io.github.ratelimit.store.Charge;
import io.github.ratelimit.store.ChargeDecision;
import io.github.ratelimit.store.LimitStore;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/**
 * Decides about charges, for the filter and the interceptor, which have already matched
 * the limits, and for code that names them: calls the store, counts its decisions, and
 * decides when the store fails. Calls that wait for a scheduled permit go through the
 * queues; charges of budgets are taken once the limits have allowed the call.
 * Thread-safe.
 */
public class ChargeLimiter {

	private final LimitStore store;

	private final NamedBudgets budgets;

	private final boolean hasBudgets;

	private final KillSwitch killSwitch;

	private final LimiterFailures limiterFailures;

	private final TimeSource time;

	private final DecisionReporter reporter;

	private final CallQueues queues;

	private final PendingCharges pending;

	private final Executor waitingThreads;

	/** Read replies; bans and decisions over several nodes may hold them longer. */
	private final Executor replyThreads = AsyncCallThreads.create();

	/**
	 * Creates a limiter whose waiting calls hold a bounded number of request threads.
	 * @param store the store of the permits
	 * @param budgets decide about the charges of their names
	 * @param killSwitch switches everything off and on
	 * @param limiterFailures where failures of the store are reported
	 * @param time by which calls wait
	 * @param listener receives denials, waits and bans
	 * @param threadLimit bounds the request threads that wait in {@link #acquire} at a
	 * time, all and those of one key of a limit. A call beyond it is refused at once with
	 * its wait. Threads that serve no request are not bounded by it, nor is
	 * {@link #acquireAsync}, which holds none
	 */
	public ChargeLimiter(LimitStore store, NamedBudgets budgets, KillSwitch killSwitch, LimiterFailures limiterFailures,
			TimeSource time, RateLimitListener listener, WaitingThreadLimit threadLimit) {
		this(store, budgets, killSwitch, limiterFailures, time, listener, AsyncCallThreads.create(), threadLimit);
	}

	ChargeLimiter(LimitStore store, NamedBudgets budgets, KillSwitch killSwitch, LimiterFailures limiterFailures,
			TimeSource time, RateLimitListener listener, Executor waitingThreads, WaitingThreadLimit threadLimit) {
		this.store = store;
		this.budgets = budgets;
		this.hasBudgets = !budgets.all().isEmpty();
		this.killSwitch = killSwitch;
		this.limiterFailures = limiterFailures;
		this.time = time;
		this.reporter = new DecisionReporter(store, time, listener);
		this.queues = new CallQueues(time, threadLimit);
		this.pending = new PendingCharges(time);
		this.waitingThreads = waitingThreads;
	}

	/**
	 * Returns whether limits decide.
	 * @return false while every call is allowed and nothing is counted
	 */
	public boolean isEnabled() {
		return this.killSwitch.isEnabled();
	}

	/**
	 * Takes the permits of one charge if all of them are available, otherwise none. Never
	 * waits.
	 * @param charge what to take
	 * @return the decision
	 */
	public Decision tryAcquire(Charge charge) {
		return (this.killSwitch.modeInForce() == LimitMode.ENFORCE && isPlain(charge)) ? takePlain(charge)
				: decide(List.of(charge), false);
	}

	/**
	 * Takes the permits of all charges if all are available, and nothing if one is not.
	 * Never waits.
	 * @param charges what to take; if there is none the call is allowed
	 * @return the decision
	 */
	public Decision tryAcquire(List<Charge> charges) {
		return decide(charges, false);
	}

	/**
	 * Takes the permits of all charges, and waits for those of limits that
	 * {@linkplain Limit#isPaced() pace} their calls, up to their longest wait. An
	 * interrupted call takes nothing and is refused, which counts as no denial, and the
	 * thread stays interrupted.
	 * @param charges what to take; if there is none the call is allowed
	 * @return the decision
	 */
	public Decision acquire(List<Charge> charges) {
		return decide(charges, true);
	}

	/**
	 * Does what {@link #acquire} does without holding a thread while the call waits, for
	 * its permits or for a remote store.
	 * @param charges what to take; if there is none the call is allowed
	 * @return the decision, complete when the call may go on or is refused; a call whose
	 * future is cancelled takes nothing
	 */
	public CompletableFuture<Decision> acquireAsync(List<Charge> charges) {
		LimitMode mode = this.killSwitch.modeInForce();
		if (mode == null || charges.isEmpty()) {
			return CompletableFuture.completedFuture(Decision.unlimited());
		}
		if (!concernsBudgets(charges)) {
			return decideAsync(prepare(charges, true, mode, false));
		}
		if (mode == LimitMode.SHADOW) {
			return CompletableFuture.completedFuture(decide(charges, false));
		}
		List<Charge> limits = this.budgets.withoutBudgets(charges);
		return budgetCall(charges, mode)
			.start(limits.isEmpty() ? CompletableFuture.completedFuture(Decision.unlimited())
					: decideAsync(prepare(limits, true, mode, true)));
	}

	/**
	 * Returns whether the decision of the store is that of the call, if it is enforced.
	 */
	private boolean isPlain(Charge charge) {
		RegisteredLimit registered = charge.handle().registered();
		return registered.isPlain() && !charge.isPending() && !charge.limit().isPaced() && !isOfBudget(charge);
	}

	private boolean isOfBudget(Charge charge) {
		return this.hasBudgets && this.budgets.find(charge) != null;
	}

	private boolean concernsBudgets(List<Charge> charges) {
		for (int i = 0; this.hasBudgets && i < charges.size(); i++) {
			if (isOfBudget(charges.get(i))) {
				return true;
			}
		}
		return false;
	}

	private Decision takePlain(Charge charge) {
		RegisteredLimit registered = charge.handle().registered();
		ChargeDecision decision;
		try {
			decision = this.store.take(charge);
		}
		catch (RuntimeException | LinkageError ex) {
			return this.limiterFailures.report(List.of(registered), ex);
		}
		if (registered.statistics().count(decision)) {
			this.reporter.report(registered, decision);
		}
		return new StoreDecision(decision, this.store);
	}

	private Decision decide(List<Charge> charges, boolean mayWait) {
		LimitMode mode = this.killSwitch.modeInForce();
		if (mode == null || charges.isEmpty()) {
			return Decision.unlimited();
		}
		if (mode == LimitMode.ENFORCE && charges.size() == 1 && isPlain(charges.get(0))) {
			return takePlain(charges.get(0));
		}
		if (!concernsBudgets(charges)) {
			return decide(prepare(charges, mayWait, mode, false));
		}
		List<Charge> limits = this.budgets.withoutBudgets(charges);
		Decision ofLimits = limits.isEmpty() ? Decision.unlimited() : decide(prepare(limits, mayWait, mode, true));
		return ofLimits.isAllowed() ? budgetCall(charges, mode).decide(ofLimits, mayWait && mode == LimitMode.ENFORCE)
				: ofLimits;
	}

	private BudgetCall budgetCall(List<Charge> charges, LimitMode mode) {
		return new BudgetCall(this.reporter, this.budgets, this.store, this.limiterFailures,
				this.budgets.ordered(charges, mode));
	}

	/**
	 * Prepares the charges of limits.
	 * @param part whether something else may refuse the call after them. What they allow
	 * is then counted when nothing has, what they refuse at once
	 */
	private PreparedCharges prepare(List<Charge> charges, boolean mayWait, LimitMode mode, boolean part) {
		return PreparedCharges.of(charges, mayWait, mode, this.pending, part);
	}

	private Decision decide(PreparedCharges prepared) {
		if (prepared.waits()) {
			return await(prepared);
		}
		List<ChargeDecision> decisions;
		long start = prepared.canBan() ? this.time.nanoTime() : 0;
		try {
			List<Charge> charges = prepared.charges();
			decisions = (charges.size() == 1) ? List.of(this.store.take(charges.get(0))) : this.store.takeAll(charges);
		}
		catch (RuntimeException | LinkageError ex) {
			prepared.ended();
			return this.limiterFailures.report(prepared.limits(), ex);
		}
		return this.reporter.decision(prepared, decisions, start);
	}

	private Decision await(PreparedCharges prepared) {
		QueuedCall queued = new QueuedCall(prepared.charges(), this.store, this.queues, this.time, null);
		CompletableFuture<Decision> decided = start(queued, prepared);
		boolean interrupted = false;
		try {
			queued.runUntilDone();
		}
		catch (InterruptedException ex) {
			interrupted = true;
			decided.cancel(false);
		}
		try {
			return decided.join();
		}
		catch (CancellationException ex) {
			return new StoreDecision(prepared.interrupted(), this.store);
		}
		catch (CompletionException ex) {
			if (ex.getCause() instanceof Error error) {
				throw error;
			}
			throw (ex.getCause() instanceof RuntimeException failure) ? failure : ex;
		}
		finally {
			if (interrupted) {
				Thread.currentThread().interrupt();
			}
		}
	}

	/** Returns the decision of a call that goes through the queues of its limits. */
	private CompletableFuture<Decision> start(QueuedCall queued, PreparedCharges prepared) {
		long start = this.time.nanoTime();
		CompletableFuture<List<ChargeDecision>> call = queued.start();
		CompletableFuture<Decision> decided = decisionOf(call, prepared, start);
		decided.whenComplete((decision, failure) -> {
			if (decided.isCancelled()) {
				call.cancel(false);
			}
		});
		return decided;
	}

	private CompletableFuture<Decision> decideAsync(PreparedCharges prepared) {
		if (prepared.waits()) {
			return start(new QueuedCall(prepared.charges(), this.store, this.queues, this.time, this.waitingThreads),
					prepared);
		}
		CompletableFuture<List<ChargeDecision>> call;
		long start = this.time.nanoTime();
		try {
			call = this.store.takeAllAsync(prepared.charges(), this.replyThreads);
		}
		catch (RuntimeException | LinkageError ex) {
			prepared.ended();
			return CompletableFuture.completedFuture(this.limiterFailures.report(prepared.limits(), ex));
		}
		return decisionOf(call, prepared, start);
	}

	/** Returns the decision of a call, which gives everything back if it is cancelled. */
	private CompletableFuture<Decision> decisionOf(CompletableFuture<List<ChargeDecision>> call,
			PreparedCharges prepared, long start) {
		CompletableFuture<Decision> decided = new CompletableFuture<>();
		call.whenComplete((decisions, failure) -> {
			if (failure == null) {
				complete(decided, () -> this.reporter.decisionSince(start, prepared, decisions));
				return;
			}
			prepared.ended();
			Throwable cause = (failure instanceof CompletionException && failure.getCause() != null)
					? failure.getCause() : failure;
			if (cause instanceof Error && !(cause instanceof LinkageError)) {
				decided.completeExceptionally(cause);
			}
			else if (!decided.isCancelled()) {
				decided.complete(this.limiterFailures.report(prepared.limits(), cause));
			}
		});
		return decided;
	}

	/** To give back can wait for the store, which no reply should. */
	private void complete(CompletableFuture<Decision> decided, Supplier<Decision> decide) {
		Decision decision;
		try {
			decision = decide.get();
		}
		catch (RuntimeException | Error ex) {
			decided.completeExceptionally(ex);
			throw ex;
		}
		if (!decided.complete(decision) && decision.isAllowed()) {
			this.waitingThreads.execute(() -> decision.permit().giveBack());
		}
	}

	/** Returns the number of queued calls. */
	int waiting() {
		return this.queues.waiting();
	}

	/** Returns the number of keys with undecided calls. */
	int pending() {
		return this.pending.size();
	}

}
