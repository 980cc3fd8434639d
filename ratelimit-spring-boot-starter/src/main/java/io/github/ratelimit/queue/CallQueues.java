package io.github.ratelimit.queue;

import io.github.ratelimit.Key;
import io.github.ratelimit.TimeSource;
import io.github.ratelimit.registry.RegisteredLimit;
import io.github.ratelimit.store.Charge;
import io.github.ratelimit.queue.CallQueue.Ticket;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/**
 * The queues of calls that wait, one for each limit and key where anybody does, and how
 * many wait for each limit. Thread-safe.
 */
public final class CallQueues {

	private final ConcurrentMap<QueueKey, CallQueue> queues = new ConcurrentHashMap<>();

	private final ConcurrentMap<RegisteredLimit, Integer> waiting = new ConcurrentHashMap<>();

	private final TimeSource time;

	private final WaitingThreadLimit threads;

	public CallQueues(TimeSource time, WaitingThreadLimit threads) {
		this.time = time;
		this.threads = threads;
	}

	/**
	 * Lets a call join the queue of its limit and key, unless it would wait there for
	 * longer than it may, or too many wait already, or hold threads while they wait.
	 * @param charge what it wants of a limit that paces its calls
	 * @param holdsThread whether its caller waits with it; a call that waits at several
	 * limits at once counts at each
	 * @return its ticket, or the wait for which it is refused
	 */
	public Joined join(Charge charge, boolean holdsThread) {
		Joined[] joined = new Joined[1];
		this.queues.compute(QueueKey.of(charge), (key, current) -> {
			CallQueue queue = (current != null) ? current : new CallQueue();
			long wait = queue.waitOfNext(this.time.nanoTime());
			if (wait > charge.maxWaitNanos()) {
				joined[0] = new Joined(null, wait, false);
				return current;
			}
			boolean room = this.waiting.getOrDefault(key.limit(), 0) < charge.limit().maxWaiting();
			boolean thread = room && holdsThread && this.threads.take(queue.threads());
			boolean mayWait = room && (thread || !holdsThread);
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

	/** Notes that the first of a queue asks the store for its turn. */
	void startAsking(Charge charge, Ticket ticket) {
		this.queues.computeIfPresent(QueueKey.of(charge), (key, queue) -> {
			queue.startAsking(ticket, this.time.nanoTime());
			return queue;
		});
	}

	/** Returns for how long the store has held up a call and those before it. */
	long storeDelayNanos(Charge charge, Ticket ticket) {
		long[] nanos = new long[1];
		this.queues.computeIfPresent(QueueKey.of(charge), (key, queue) -> {
			nanos[0] = queue.storeDelayNanos(ticket, this.time.nanoTime());
			return queue;
		});
		return nanos[0];
	}

	/** Notes that the first of a queue has taken its turn. */
	void scheduled(Charge charge, Ticket ticket, long dueNanos) {
		this.queues.computeIfPresent(QueueKey.of(charge), (key, queue) -> {
			queue.scheduled(ticket, dueNanos, this.time.nanoTime());
			return queue;
		});
	}

	/**
	 * Lets a call go, by its turn or because it gave up, and the next one step forward.
	 * Does nothing for a call that has left.
	 */
	void leave(Charge charge, Ticket ticket, boolean givenBack) {
		@Nullable Ticket[] next = new @Nullable Ticket[1];
		this.queues.computeIfPresent(QueueKey.of(charge), (key, queue) -> {
			boolean first = queue.first() == ticket;
			if (queue.remove(ticket, givenBack, this.time.nanoTime())) {
				if (ticket.holdsThread()) {
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

	/** Returns how many calls are in a queue: for tests. */
	public int waiting() {
		return this.waiting.values().stream().mapToInt(Integer::intValue).sum();
	}

	/**
	 * How a call joined a queue.
	 *
	 * @param ticket its ticket, null if it was refused
	 * @param waitNanos how long it has to wait, as far as this process knows
	 * @param mayWait whether there is room for one more that waits
	 */
	public record Joined(@Nullable Ticket ticket, long waitNanos, boolean mayWait) {
	}

	private record QueueKey(RegisteredLimit limit, Key key) {

		static QueueKey of(Charge charge) {
			return new QueueKey(charge.handle().registered(), charge.key());
		}

	}

}
