package io.github.ratelimit.limiter;

import io.github.ratelimit.Decision;
import io.github.ratelimit.LimitMode;
import io.github.ratelimit.TimeSource;
import io.github.ratelimit.queue.CallQueues;
import io.github.ratelimit.queue.QueuedCall;
import io.github.ratelimit.queue.WaitingThreadLimit;
import io.github.ratelimit.queue.AsyncCallThreads;
import io.github.ratelimit.permit.StoreDecision;
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
import org.jspecify.annotations.Nullable;

/**
 * Calls the store, counts its decisions, and decides when the store fails. Calls that
 * wait for a scheduled permit go through the queues; all others call the store directly.
 * Thread-safe.
 */
public final class StoreChargeLimiter implements ChargeLimiter {

	private final LimitStore store;

	private final KillSwitch killSwitch;

	private final Degradation degradation;

	private final TimeSource time;

	private final DecisionReporter reporter;

	private final CallQueues queues;

	private final PendingCharges pending;

	private final Executor waitingThreads;

	/**
	 * Read replies; bans and decisions over several cluster slots may hold them longer.
	 */
	private final Executor replyThreads = AsyncCallThreads.create();

	/**
	 * Creates a limiter whose waiting calls hold a bounded number of request threads.
	 * @param store the store of the permits
	 * @param killSwitch switches everything off and on
	 * @param degradation where failures of the store are reported
	 * @param time by which calls wait
	 * @param listener receives denials, waits and bans
	 * @param threadLimit bounds the request threads that wait in {@link #acquire} at a
	 * time, all and those of one key of a limit. A call beyond it is refused at once with
	 * its wait. Threads that serve no request are not bounded by it, nor is
	 * {@link #acquireAsync}, which holds none
	 */
	public StoreChargeLimiter(LimitStore store, KillSwitch killSwitch, Degradation degradation, TimeSource time,
			RateLimitListener listener, WaitingThreadLimit threadLimit) {
		this(store, killSwitch, degradation, time, listener, AsyncCallThreads.create(), threadLimit);
	}

	StoreChargeLimiter(LimitStore store, KillSwitch killSwitch, Degradation degradation, TimeSource time,
			RateLimitListener listener, Executor waitingThreads, WaitingThreadLimit threadLimit) {
		this.store = store;
		this.killSwitch = killSwitch;
		this.degradation = degradation;
		this.time = time;
		this.reporter = new DecisionReporter(store, time, listener);
		this.queues = new CallQueues(time, threadLimit);
		this.pending = new PendingCharges(time);
		this.waitingThreads = waitingThreads;
	}

	@Override
	public Decision tryAcquire(Charge charge) {
		return decide(charge, false);
	}

	private Decision decide(Charge charge, boolean mayWait) {
		if (!this.killSwitch.isEnabled()) {
			return Decision.unlimited();
		}
		RegisteredLimit registered = charge.handle().registered();
		if (!isPlain(registered, charge)) {
			return decide(ask(List.of(charge), mayWait, false));
		}
		ChargeDecision decision;
		try {
			decision = this.store.take(charge);
		}
		catch (RuntimeException | LinkageError ex) {
			return this.degradation.report(List.of(registered), ex);
		}
		return this.reporter.plain(registered, decision);
	}

	/** Returns whether the decision of the store needs no further handling. */
	private boolean isPlain(RegisteredLimit registered, Charge charge) {
		return registered.isPlain() && !charge.isPending() && !charge.limit().isPaced()
				&& this.killSwitch.mode() == LimitMode.ENFORCE;
	}

	@Override
	public Decision tryAcquire(List<Charge> charges) {
		return decide(charges, false);
	}

	@Override
	public Decision acquire(List<Charge> charges) {
		return decide(charges, true);
	}

	private Decision decide(List<Charge> charges, boolean mayWait) {
		if (charges.size() == 1) {
			return decide(charges.get(0), mayWait);
		}
		return (charges.isEmpty() || !this.killSwitch.isEnabled()) ? Decision.unlimited()
				: decide(ask(charges, mayWait, false));
	}

	/**
	 * Decides about limits after which something else may refuse the call. What they
	 * allow is counted when {@link #goesOn} is called, what they refuse at once.
	 */
	Decision decidePart(List<Charge> charges, boolean mayWait) {
		return (charges.isEmpty() || !this.killSwitch.isEnabled()) ? Decision.unlimited()
				: decide(ask(charges, mayWait, true));
	}

	/**
	 * Does what {@link #decidePart} does without holding a thread while the call waits.
	 */
	CompletableFuture<Decision> decidePartAsync(List<Charge> charges) {
		return acquireAsync(charges, true);
	}

	/** Counts a call that nothing has refused after its limits. */
	void goesOn(Decision part) {
		this.reporter.goesOn(part);
	}

	@Override
	public CompletableFuture<Decision> acquireAsync(List<Charge> charges) {
		return acquireAsync(charges, false);
	}

	private CompletableFuture<Decision> acquireAsync(List<Charge> charges, boolean part) {
		if (charges.isEmpty() || !this.killSwitch.isEnabled()) {
			return CompletableFuture.completedFuture(Decision.unlimited());
		}
		PreparedCharges prepared = ask(charges, true, part);
		return prepared.waits() ? waitAsync(prepared) : decideAsync(prepared);
	}

	private CompletableFuture<Decision> decideAsync(PreparedCharges prepared) {
		CompletableFuture<List<ChargeDecision>> call;
		long start = this.time.nanoTime();
		try {
			call = this.store.takeAllAsync(prepared.charges(), this.replyThreads);
		}
		catch (RuntimeException | LinkageError ex) {
			prepared.ended();
			return CompletableFuture.completedFuture(this.degradation.report(prepared.limits(), ex));
		}
		return decisionOf(call, prepared, start);
	}

	private PreparedCharges ask(List<Charge> charges, boolean mayWait, boolean part) {
		return PreparedCharges.of(Charge.distinct(charges), mayWait, this.killSwitch.mode(), this.pending, part);
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
			return this.degradation.report(prepared.limits(), ex);
		}
		return this.reporter.decision(prepared, decisions, start);
	}

	private Decision await(PreparedCharges prepared) {
		long start = this.time.nanoTime();
		QueuedCall queued = waiting(prepared, null);
		CompletableFuture<List<ChargeDecision>> call = queued.start();
		boolean interrupted = false;
		try {
			queued.runUntilDone();
		}
		catch (InterruptedException ex) {
			interrupted = true;
			call.cancel(false);
		}
		try {
			return this.reporter.decisionSince(start, prepared, call.join());
		}
		catch (CancellationException ex) {
			prepared.ended();
			return new StoreDecision(interruptedAt(prepared), this.store);
		}
		catch (CompletionException ex) {
			Throwable cause = (ex.getCause() != null) ? ex.getCause() : ex;
			prepared.ended();
			if (cause instanceof Error error && !(cause instanceof LinkageError)) {
				throw error;
			}
			return this.degradation.report(prepared.limits(), cause);
		}
		finally {
			if (interrupted) {
				Thread.currentThread().interrupt();
			}
		}
	}

	/** Is not counted, as no limit has refused the call. */
	private static ChargeDecision interruptedAt(PreparedCharges prepared) {
		Charge charge = prepared.charges().stream().filter(QueuedCall::waits).findFirst().orElseThrow();
		long wait = charge.maxWaitNanos();
		return ChargeDecision.refused(charge, 0, wait, wait, null);
	}

	private CompletableFuture<Decision> waitAsync(PreparedCharges prepared) {
		long start = this.time.nanoTime();
		CompletableFuture<List<ChargeDecision>> call = waiting(prepared, this.waitingThreads).start();
		CompletableFuture<Decision> decided = decisionOf(call, prepared, start);
		decided.whenComplete((decision, failure) -> {
			if (decided.isCancelled()) {
				call.cancel(false);
			}
		});
		return decided;
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
				decided.complete(this.degradation.report(prepared.limits(), cause));
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

	private QueuedCall waiting(PreparedCharges prepared, @Nullable Executor executor) {
		return new QueuedCall(prepared.charges(), this.store, this.queues, this.time, executor);
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
