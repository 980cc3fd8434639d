package io.github.ratelimit.queue;

import io.github.ratelimit.Key;
import io.github.ratelimit.TimeSource;
import io.github.ratelimit.permit.StoreDecision;
import io.github.ratelimit.queue.CallQueues.Joined;
import io.github.ratelimit.queue.CallQueues.Ticket;
import io.github.ratelimit.store.Charge;
import io.github.ratelimit.store.ChargeDecision;
import io.github.ratelimit.store.LimitStore;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A call on its way through the queues of its paced limits. All calls join their queues
 * in the same order, the queue of the global key last. When the call is the first in
 * every queue, it takes its permits of all limits at once. It leaves each queue when its
 * permit there is due, so that a long wait for one limit does not delay the calls behind
 * it at another, and it goes on when its last permit is due. However the call ends, it
 * leaves every queue, and a scheduled permit that it does not use is given back.
 */
public final class QueuedCall {

	/**
	 * The store is the reason of a refusal if it delayed the queue for this part of the
	 * longest wait.
	 */
	private static final int STORE_PART = 8;

	/** How late a permit may be while the store answers normally. */
	private static final long TOLERANCE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

	private final LimitStore store;

	private final CallQueues queues;

	private final TimeSource time;

	/** The steps of a call that its own thread waits for. */
	private final BlockingQueue<Runnable> steps = new LinkedBlockingQueue<>();

	private final boolean holdsThread;

	private final Executor executor;

	private final List<Charge> charges;

	/** The charges that wait, in the order in which their queues are joined. */
	private final List<Charge> paced;

	private final List<Ticket> tickets = new ArrayList<>(1);

	private final long start;

	private final AtomicBoolean givenBack = new AtomicBoolean();

	/** Whether the permits are being taken, which happens once. */
	private final AtomicBoolean taking = new AtomicBoolean();

	/** Is complete once it is known how the call ends. */
	private final CompletableFuture<List<ChargeDecision>> answer = new CompletableFuture<>();

	/**
	 * The same, once the call has left its queues: what follows must not delay others.
	 */
	private final CompletableFuture<List<ChargeDecision>> result = new CompletableFuture<>();

	private boolean mayWait = true;

	/** Whether other calls were before it in a queue. */
	private boolean hasQueued;

	/** Whether it has left its queues. Guarded by this. */
	private boolean left;

	private volatile @Nullable List<ChargeDecision> taken;

	/**
	 * Creates a call.
	 * @param executor runs its steps; null if the calling thread waits for it and runs
	 * them, in {@link #runUntilDone()}
	 */
	public QueuedCall(List<Charge> charges, LimitStore store, CallQueues queues, TimeSource time,
			@Nullable Executor executor) {
		this.charges = charges;
		this.store = store;
		this.queues = queues;
		this.time = time;
		this.holdsThread = (executor == null);
		this.executor = (executor != null) ? executor : this.steps::add;
		this.start = time.nanoTime();
		this.paced = charges.stream()
			.filter(QueuedCall::waits)
			.sorted(Comparator.<Charge, Boolean>comparing((charge) -> charge.key().equals(Key.GLOBAL))
				.thenComparing((charge) -> charge.limit().name())
				.thenComparing((charge) -> charge.key().id()))
			.toList();
	}

	/** Returns whether a charge is queued before it is taken. */
	public static boolean waits(Charge charge) {
		return charge.maxWaitNanos() > 0 && charge.limit().isPaced() && charge.isEnforced() && charge.permits() > 0
				&& charge.needed() <= charge.limit().capacity();
	}

	/**
	 * Starts the call, which gives everything back if its future is cancelled.
	 * @return the decisions of all limits when the call may go on or is refused; of the
	 * refusing limit alone, if the store was not called
	 */
	public CompletableFuture<List<ChargeDecision>> start() {
		this.result.whenComplete((decisions, failure) -> {
			if (this.result.isCancelled() && this.answer.cancel(false)) {
				leave(giveBack());
			}
		});
		joinNext();
		return this.result;
	}

	/**
	 * Runs the steps of the call in the calling thread until the call may go on or is
	 * refused.
	 * @throws InterruptedException if the thread is interrupted first
	 */
	public void runUntilDone() throws InterruptedException {
		this.result.whenComplete((decisions, failure) -> this.steps.add(() -> {
		}));
		while (!this.result.isDone()) {
			this.steps.take().run();
		}
	}

	private void joinNext() {
		while (!this.answer.isDone()) {
			if (this.tickets.size() == this.paced.size()) {
				runOrFail(this::take);
				return;
			}
			Charge charge = this.paced.get(this.tickets.size());
			Joined joined = this.queues.join(charge.waiting(remainingWait(charge)), this.holdsThread);
			Ticket ticket = joined.ticket();
			if (ticket == null) {
				complete(List.of(refused(charge, joined.waitNanos())));
				return;
			}
			this.mayWait &= joined.mayWait();
			add(ticket);
			if (!ticket.first().isDone()) {
				this.hasQueued = true;
				ticket.first().thenRunAsync(this::joinNext, this.executor);
				after(remainingWait(charge), () -> giveUp(charge, ticket));
				return;
			}
		}
	}

	/** A cancelled call must not stay in a queue that it joins at this moment. */
	private synchronized void add(Ticket ticket) {
		this.tickets.add(ticket);
		if (this.left) {
			this.queues.leave(ticket, false);
		}
	}

	private long remainingWait(Charge charge) {
		return this.mayWait ? Math.max(0, charge.maxWaitNanos() - (this.time.nanoTime() - this.start)) : 0;
	}

	private void giveUp(Charge charge, Ticket ticket) {
		if (!ticket.first().isDone() && !this.answer.isDone() && this.taking.compareAndSet(false, true)) {
			runOrFail(() -> completeTimedOut(charge));
		}
	}

	/**
	 * Refuses the call, or decides without the store if the store is the reason of the
	 * delay.
	 */
	private void completeTimedOut(Charge charge) {
		for (int i = 0; i < this.tickets.size(); i++) {
			Charge held = this.paced.get(i);
			if (this.queues.storeDelayNanos(this.tickets.get(i)) >= held.maxWaitNanos() / STORE_PART) {
				takeUnanswered();
				return;
			}
		}
		complete(List.of(refused(charge, charge.maxWaitNanos())));
	}

	/** Decides without another call of the store. */
	private void takeUnanswered() {
		List<ChargeDecision> decisions = this.store.takeUnanswered(waiting());
		if (decisions.stream().anyMatch(ChargeDecision::isRefused)) {
			complete(decisions);
		}
		else {
			completeAfter(decisions, longestWait(decisions));
		}
	}

	private List<Charge> waiting() {
		return this.charges.stream()
			.map((charge) -> waits(charge) ? charge.waiting(remainingWait(charge)) : charge)
			.toList();
	}

	/** Returns whether a scheduled permit is due later than the call may wait. */
	private boolean isTooLate(ChargeDecision decision) {
		return waitOf(decision) > 0 && waitOf(decision) > decision.limit().maxWait().toNanos()
				- (this.time.nanoTime() - this.start) + TOLERANCE_NANOS;
	}

	private static ChargeDecision refused(Charge charge, long waitNanos) {
		long wait = Math.max(1, waitNanos);
		return ChargeDecision.refused(charge, 0, wait, wait, null);
	}

	private void take() {
		if (!this.taking.compareAndSet(false, true)) {
			return;
		}
		boolean mayBeLate = this.hasQueued && this.mayWait;
		Optional<Charge> late = this.paced.stream()
			.filter((charge) -> mayBeLate && remainingWait(charge) == 0)
			.findFirst();
		if (late.isPresent()) {
			completeTimedOut(late.get());
			return;
		}
		this.tickets.forEach(this.queues::startAsking);
		List<Charge> now = waiting();
		if (this.holdsThread) {
			taken((now.size() == 1) ? List.of(this.store.take(now.get(0))) : this.store.takeAll(now));
			return;
		}
		this.store.takeAllAsync(now, this.executor).thenAccept(this::taken).exceptionally((failure) -> {
			fail((failure.getCause() != null) ? failure.getCause() : failure);
			return null;
		});
	}

	private void taken(List<ChargeDecision> decisions) {
		if (decisions.stream().anyMatch(ChargeDecision::isRefused)) {
			complete(decisions);
			return;
		}
		if (decisions.stream().anyMatch(this::isTooLate)) {
			// the store took so long to answer
			StoreDecision.giveBack(decisions, this.store);
			takeUnanswered();
			return;
		}
		completeAfter(decisions, schedule(decisions));
	}

	private void completeAfter(List<ChargeDecision> decisions, long wait) {
		this.taken = decisions;
		if (wait <= 0 || this.answer.isDone()) {
			complete(decisions);
		}
		else {
			after(wait, () -> complete(decisions));
		}
	}

	/** Returns how long it takes until the last of the permits is due. */
	private long schedule(List<ChargeDecision> decisions) {
		long now = this.time.nanoTime();
		long longest = longestWait(decisions);
		for (int i = 0; i < this.tickets.size(); i++) {
			Ticket ticket = this.tickets.get(i);
			Charge charge = this.paced.get(i);
			decisions.stream().filter((decision) -> charge.sameBucketAs(decision.charge())).forEach((decision) -> {
				long wait = decision.scheduledAfterNanos();
				this.queues.scheduled(ticket, now + wait);
				if (wait < longest) {
					after(wait, () -> this.queues.leave(ticket, false));
				}
			});
		}
		return longest;
	}

	private static long longestWait(List<ChargeDecision> decisions) {
		return decisions.stream().mapToLong(QueuedCall::waitOf).max().orElse(0);
	}

	/** A limit in shadow mode delays no call. */
	private static long waitOf(ChargeDecision decision) {
		return decision.isEnforced() ? decision.scheduledAfterNanos() : 0;
	}

	/** Lets the executor run a step later, unless the call has ended by then. */
	private void after(long nanos, Runnable step) {
		CompletableFuture<?> timer = this.time.after(nanos);
		this.answer.whenComplete((decisions, failure) -> timer.cancel(false));
		timer.thenRunAsync(step, this.executor);
	}

	private void runOrFail(Runnable step) {
		try {
			step.run();
		}
		catch (Throwable ex) {
			fail(ex);
		}
	}

	private void fail(Throwable failure) {
		leave(false);
		this.answer.completeExceptionally(failure);
		this.result.completeExceptionally(failure);
	}

	/** Gives back what was taken if the call has ended already. */
	private void complete(List<ChargeDecision> decisions) {
		boolean ended = !this.answer.complete(decisions);
		leave(ended && giveBack());
		if (!this.result.complete(decisions)) {
			giveBack();
		}
	}

	private boolean giveBack() {
		List<ChargeDecision> taken = this.taken;
		if (taken == null || !this.givenBack.compareAndSet(false, true)) {
			return false;
		}
		StoreDecision.giveBack(taken, this.store);
		return true;
	}

	private synchronized void leave(boolean permitGivenBack) {
		if (!this.left) {
			this.left = true;
			this.tickets.forEach((ticket) -> this.queues.leave(ticket, permitGivenBack));
		}
	}

}
