package io.github.ratelimit.queue;

import io.github.ratelimit.Key;
import io.github.ratelimit.TimeSource;
import io.github.ratelimit.registry.RegisteredLimit;
import io.github.ratelimit.store.Charge;
import io.github.ratelimit.queue.KeyQueue.Ticket;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/**
 * The queues of this process, one for each limit and key with waiting calls, and the
 * number of waiting calls of each limit. Thread-safe.
 */
public final class CallQueues {

	private final ConcurrentMap<QueueKey, KeyQueue> queues = new ConcurrentHashMap<>();

	private final ConcurrentMap<RegisteredLimit, Integer> waiting = new ConcurrentHashMap<>();

	private final TimeSource time;

	private final WaitingThreadLimit threads;

	public CallQueues(TimeSource time, WaitingThreadLimit threads) {
		this.time = time;
		this.threads = threads;
	}

	/**
	 * Adds a call to the queue of its limit and key. The call is refused if it would wait
	 * for longer than it may, if too many calls of the limit wait already, or if its
	 * thread serves a request and waiting calls hold as many of these as they may.
	 * @param charge the charge of a paced limit
	 * @param holdsThread whether the current thread waits too; the request thread of a
	 * call that waits for several limits counts at each
	 * @return the ticket, or the wait of the refusal
	 */
	public Joined join(Charge charge, boolean holdsThread) {
		boolean counts = holdsThread && this.threads.countsThisThread();
		Joined[] joined = new Joined[1];
		this.queues.compute(QueueKey.of(charge), (key, current) -> {
			KeyQueue queue = (current != null) ? current : new KeyQueue();
			long wait = queue.waitOfNext(this.time.nanoTime());
			if (wait > charge.maxWaitNanos()) {
				joined[0] = new Joined(null, wait, false);
				return current;
			}
			boolean room = this.waiting.getOrDefault(key.limit(), 0) < charge.limit().maxWaiting();
			boolean thread = room && counts && this.threads.take(queue.requestThreads());
			boolean mayWait = room && (thread || !counts);
			if (!mayWait && queue.first() != null) {
				joined[0] = new Joined(null, wait, false);
				return current;
			}
			this.waiting.merge(key.limit(), 1, Integer::sum);
			joined[0] = new Joined(queue.join(charge, thread), wait, mayWait);
			return queue;
		});
		return joined[0];
	}

	/**
	 * Notes that the first call of a queue begins to request its permit from the store.
	 */
	void startAsking(Charge charge, Ticket ticket) {
		this.queues.computeIfPresent(QueueKey.of(charge), (key, queue) -> {
			queue.startAsking(ticket, this.time.nanoTime());
			return queue;
		});
	}

	/** Returns how long the store has delayed a call and the calls before it. */
	long storeDelayNanos(Charge charge, Ticket ticket) {
		long[] nanos = new long[1];
		this.queues.computeIfPresent(QueueKey.of(charge), (key, queue) -> {
			nanos[0] = queue.storeDelayNanos(ticket, this.time.nanoTime());
			return queue;
		});
		return nanos[0];
	}

	/** Notes when the permit of the first call of a queue is due. */
	void scheduled(Charge charge, Ticket ticket, long dueNanos) {
		this.queues.computeIfPresent(QueueKey.of(charge), (key, queue) -> {
			queue.scheduled(ticket, dueNanos, this.time.nanoTime());
			return queue;
		});
	}

	/**
	 * Removes a call whose permit is due, or that gave up, and makes the next call the
	 * first. Does nothing if the call has left already.
	 */
	void leave(Charge charge, Ticket ticket, boolean givenBack) {
		@Nullable Ticket[] next = new @Nullable Ticket[1];
		this.queues.computeIfPresent(QueueKey.of(charge), (key, queue) -> {
			boolean first = queue.first() == ticket;
			if (queue.remove(ticket, givenBack, this.time.nanoTime())) {
				if (ticket.holdsRequestThread()) {
					this.threads.giveBack();
				}
				this.waiting.computeIfPresent(key.limit(), (limit, calls) -> (calls > 1) ? calls - 1 : null);
				next[0] = first ? queue.first() : null;
			}
			return (queue.first() == null) ? null : queue;
		});
		Ticket forward = next[0];
		if (forward != null) {
			forward.first().complete(null);
		}
	}

	/** Returns the number of calls in all queues, for tests. */
	public int waiting() {
		return this.waiting.values().stream().mapToInt(Integer::intValue).sum();
	}

	/**
	 * The result of joining a queue.
	 *
	 * @param ticket the call's ticket, null if the call was refused
	 * @param waitNanos how long the call has to wait in nanoseconds, as far as this
	 * process knows
	 * @param mayWait whether one more call may wait
	 */
	public record Joined(@Nullable Ticket ticket, long waitNanos, boolean mayWait) {
	}

	private record QueueKey(RegisteredLimit limit, Key key) {

		static QueueKey of(Charge charge) {
			return new QueueKey(charge.handle().registered(), charge.key());
		}

	}

}
