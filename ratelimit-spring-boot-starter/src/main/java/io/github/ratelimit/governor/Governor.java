package io.github.ratelimit.governor;

import io.github.ratelimit.Key;
import io.github.ratelimit.LimitMode;
import io.github.ratelimit.TimeSource;
import io.github.ratelimit.governor.CallRefusedException.Reason;
import io.github.ratelimit.governor.RequestQueue.Entry;
import io.github.ratelimit.provider.dialect.Dimension;
import io.github.ratelimit.provider.dialect.ProviderSnapshot;
import io.github.ratelimit.store.InstanceNote;
import io.github.ratelimit.store.InstanceNotes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.LongConsumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Admits the calls of one key of a client: first in, first out, each when the provider
 * has the permits that it needs. Thread-safe; queued calls hold no lock, and those of
 * {@link #acquireAsync} no thread.
 */
public final class Governor {

	private final String client;

	private final GovernorSettings settings;

	private final BooleanSupplier off;

	private final TimeSource time;

	private final Executor executor;

	private final ReentrantLock lock = new ReentrantLock();

	private final RequestQueue queue = new RequestQueue();

	private final AdmissionControl control;

	private final @Nullable NoteExchange exchange;

	private long sequence;

	private long wakeAt;

	private boolean waking;

	/**
	 * Creates a governor.
	 * @param client the client's name
	 * @param key the key
	 * @param settings how calls are governed
	 * @param off whether all calls are sent at once, and counted all the same
	 * @param defaultWindow the window of a limit where the provider does not report it
	 * @param time the time
	 * @param executor runs what depends on asynchronous calls when they are admitted
	 * @param store where instances share what they know, null if they do not
	 */
	public Governor(String client, Key key, GovernorSettings settings, BooleanSupplier off,
			Function<Dimension, Duration> defaultWindow, TimeSource time, Executor executor,
			@Nullable InstanceNotes store) {
		this.client = client;
		this.settings = settings;
		this.off = off;
		this.time = time;
		this.executor = executor;
		this.exchange = (store != null)
				? new NoteExchange(store, client, key, time, executor, this::lookAgain, this::heard) : null;
		this.control = new AdmissionControl(settings, defaultWindow, this.exchange, time.nanoTime());
	}

	/**
	 * Admits a call, and queues it for as long as it may wait.
	 * @param request the call
	 * @return the call, which may be sent now
	 * @throws CallRefusedException if the call cannot be sent in time
	 */
	public GovernedCall acquire(CallRequest request) {
		GovernedCall now = admitNow(request);
		if (now != null) {
			return now;
		}
		CompletableFuture<GovernedCall> admitted = enqueue(request, Runnable::run);
		try {
			return admitted.get();
		}
		catch (InterruptedException ex) {
			if (!admitted.cancel(false) && !admitted.isCompletedExceptionally()) {
				admitted.join().notSent();
			}
			Thread.currentThread().interrupt();
			throw new CallRefusedException(this.client, Reason.INTERRUPTED, Duration.ZERO);
		}
		catch (ExecutionException ex) {
			throw (ex.getCause() instanceof CallRefusedException refused) ? refused : new CompletionException(ex);
		}
	}

	/**
	 * Admits a call, and queues it for as long as it may wait without holding a thread.
	 * @param request the call
	 * @return complete when the call may be sent, or fails with a
	 * {@link CallRefusedException}. Cancelling it takes the call out of the queue; a call
	 * that was admitted already must be closed by the canceller that finds it complete
	 */
	public CompletableFuture<GovernedCall> acquireAsync(CallRequest request) {
		GovernedCall now = admitNow(request);
		return (now != null) ? CompletableFuture.completedFuture(now) : enqueue(request, this.executor);
	}

	private @Nullable GovernedCall admitNow(CallRequest request) {
		Runnable exchange = null;
		this.lock.lock();
		try {
			long now = this.time.nanoTime();
			boolean first = this.queue.isEmpty() && !this.control.isTooLarge(request.cost(), now);
			if (!(first || isOff()) || take(request, 0, now) > 0) {
				return null;
			}
			exchange = nextExchange(now);
			return new GovernedCall(this, request.cost(), this.control.sent(), 0);
		}
		finally {
			this.lock.unlock();
			if (exchange != null) {
				exchange.run();
			}
		}
	}

	private boolean isOff() {
		return this.settings.mode() == LimitMode.SHADOW || this.off.getAsBoolean();
	}

	/** Returns after what time the permits can be taken, 0 if they have been. */
	private long take(CallRequest request, long waited, long now) {
		if (isOff()) {
			this.control.charge(request.cost(), now);
			return 0;
		}
		return this.control.take(request.cost(), RetryAfterGate.nanos(request.maxWait()) - waited, now);
	}

	/** Returns the next exchange with the other instances, null if none is due. */
	private @Nullable Runnable nextExchange(long now) {
		return (this.exchange != null) ? this.exchange.next(this.control, !this.queue.isEmpty(), now) : null;
	}

	private CompletableFuture<GovernedCall> enqueue(CallRequest request, Executor executor) {
		List<Runnable> after;
		Entry call;
		this.lock.lock();
		try {
			long now = this.time.nanoTime();
			call = new Entry(request, ++this.sequence, now, executor);
			Reason refused = add(call, now);
			if (refused != null) {
				Duration wait = (refused == Reason.TOO_LARGE) ? Duration.ZERO
						: Duration.ofNanos(expectedWait(call, now));
				call.admitted().completeExceptionally(new CallRefusedException(this.client, refused, wait));
				return call.admitted();
			}
			after = pump(now);
		}
		finally {
			this.lock.unlock();
		}
		after.forEach(Runnable::run);
		if (!call.admitted().isDone()) {
			CompletableFuture<?> longestWait = this.time.after(request.maxWait().toNanos());
			longestWait.thenRunAsync(() -> expired(call), this.executor);
			call.admitted().whenComplete((admitted, failure) -> {
				longestWait.cancel(false);
				if (call.admitted().isCancelled()) {
					change((now) -> this.queue.remove(call));
				}
			});
		}
		return call.admitted();
	}

	/** Queues a call, or returns why it cannot be queued. */
	private @Nullable Reason add(Entry call, long now) {
		if (this.control.isTooLarge(call.request().cost(), now)) {
			return Reason.TOO_LARGE;
		}
		if (this.queue.size() >= this.settings.maxWaiting()) {
			return Reason.QUEUE_FULL;
		}
		long maxWait = call.request().maxWait().toNanos();
		if (expectedWait(call, now) > maxWait) {
			return this.control.tooLong(maxWait, now);
		}
		return this.queue.add(call) ? null : Reason.THREADS_HELD;
	}

	private long expectedWait(Entry call, long now) {
		return this.control.expectedWait(this.queue.neededBefore(call), call.request().cost(), now);
	}

	private List<Runnable> pump(long now) {
		List<Runnable> after = this.queue.isEmpty() ? List.of() : admitQueued(now);
		Runnable exchange = nextExchange(now);
		return (exchange == null) ? after : Stream.concat(after.stream(), Stream.of(exchange)).toList();
	}

	/** Admits the calls at the head of the queue whose permits are there. */
	private List<Runnable> admitQueued(long now) {
		List<Runnable> admissions = new ArrayList<>(0);
		for (Entry first = this.queue.first(); first != null; first = this.queue.first()) {
			long wait = take(first.request(), now - first.since(), now);
			if (wait > 0) {
				wakeAfter(wait, now);
				break;
			}
			this.queue.remove(first);
			GovernedCall call = new GovernedCall(this, first.request().cost(), this.control.sent(),
					now - first.since());
			Entry admitted = first;
			admissions.add(() -> admitted.admit(call));
		}
		return admissions;
	}

	private void wakeAfter(long wait, long now) {
		if (wait == Long.MAX_VALUE || (this.waking && this.wakeAt - now <= wait)) {
			return;
		}
		this.waking = true;
		this.wakeAt = now + wait;
		long due = this.wakeAt;
		this.time.after(wait).thenRunAsync(() -> wake(due), this.executor);
	}

	private void wake(long due) {
		change((now) -> this.waking &= this.wakeAt != due);
	}

	/** Admits the queued calls that can be sent now. */
	public void lookAgain() {
		change((now) -> {
		});
	}

	private void heard(@Nullable List<InstanceNote> notes, @Nullable Throwable failure) {
		NoteExchange heard = Objects.requireNonNull(this.exchange);
		change((now) -> heard.received(this.control, notes, now));
	}

	private void expired(Entry call) {
		change((now) -> {
			if (this.queue.contains(call)) {
				Duration wait = Duration.ofNanos(expectedWait(call, now));
				this.queue.remove(call);
				call.refuse(new CallRefusedException(this.client, this.control.tooLong(0, now), wait));
			}
		});
	}

	/**
	 * Returns the current state of this governor.
	 * @return a snapshot
	 */
	public GovernorState state() {
		this.lock.lock();
		try {
			return this.control.state(this.queue.size(), this.time.nanoTime(), this.time.wallTime());
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Returns whether no call is in flight or queued.
	 * @return whether the governor can be forgotten
	 */
	public boolean isIdle() {
		this.lock.lock();
		try {
			return this.control.inFlight() == 0 && this.queue.isEmpty();
		}
		finally {
			this.lock.unlock();
		}
	}

	void report(GovernedCall call, ProviderSnapshot snapshot, boolean served) {
		change((now) -> {
			answered(call);
			this.control.report(call.mark(), call.cost(), snapshot, served, now);
		});
	}

	/** Ends a call with what it has used, null if it was not sent. Only once. */
	void end(GovernedCall call, @Nullable CallCost actual) {
		change((now) -> {
			if (!call.end()) {
				return;
			}
			answered(call);
			if (actual != null) {
				this.control.settle(call.mark(), call.cost(), actual);
			}
			else {
				this.control.giveBack(call.mark(), call.cost(), now);
			}
		});
	}

	private void answered(GovernedCall call) {
		if (call.answer()) {
			this.control.answered(call.mark(), call.cost());
		}
	}

	private void change(LongConsumer change) {
		List<Runnable> after;
		this.lock.lock();
		try {
			long now = this.time.nanoTime();
			change.accept(now);
			after = pump(now);
		}
		finally {
			this.lock.unlock();
		}
		// mostly none, and then an iterator would be all that this costs
		for (int i = 0; i < after.size(); i++) {
			after.get(i).run();
		}
	}

}
