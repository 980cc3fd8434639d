package io.github.ratelimit.queue;

import io.github.ratelimit.Key;
import io.github.ratelimit.Rate;
import io.github.ratelimit.TimeSource;
import io.github.ratelimit.registry.RegisteredLimit;
import io.github.ratelimit.store.Charge;
import java.math.BigInteger;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The queues of this process, one for each limit and key with waiting calls, and the
 * number of waiting calls of each limit. Thread-safe.
 */
public final class CallQueues {

	private static final Runnable NOTHING = () -> {
	};

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
	Joined join(Charge charge, boolean holdsThread) {
		Joined[] joined = new Joined[1];
		this.queues.compute(new QueueKey(charge.handle().registered(), charge.key()), (key, current) -> {
			KeyQueue queue = (current != null) ? current : new KeyQueue(this.threads.ofKey());
			long wait = queue.waitOfNext(this.time.nanoTime());
			if (wait > charge.maxWaitNanos()) {
				joined[0] = new Joined(null, wait, false);
				return current;
			}
			boolean room = this.waiting.getOrDefault(key.limit(), 0) < charge.limit().maxWaiting();
			Runnable freeThread = (room && holdsThread) ? queue.threads.hold() : NOTHING;
			boolean mayWait = room && freeThread != null;
			if (!mayWait && queue.first() != null) {
				joined[0] = new Joined(null, wait, false);
				return current;
			}
			this.waiting.merge(key.limit(), 1, Integer::sum);
			joined[0] = new Joined(queue.join(key, charge, (freeThread != null) ? freeThread : NOTHING), wait, mayWait);
			return queue;
		});
		return joined[0];
	}

	/**
	 * Notes that the first call of a queue begins to request its permit from the store.
	 */
	void startAsking(Ticket ticket) {
		update(ticket, (queue) -> queue.startAsking(ticket, this.time.nanoTime()));
	}

	/** Returns how long the store has delayed a call and the calls before it. */
	long storeDelayNanos(Ticket ticket) {
		long[] nanos = new long[1];
		update(ticket, (queue) -> nanos[0] = queue.storeDelayNanos(ticket, this.time.nanoTime()));
		return nanos[0];
	}

	/** Notes when the permit of the first call of a queue is due. */
	void scheduled(Ticket ticket, long dueNanos) {
		update(ticket, (queue) -> queue.scheduled(ticket, dueNanos, this.time.nanoTime()));
	}

	/**
	 * Removes a call whose permit is due, or that gave up, and makes the next call the
	 * first. Does nothing if the call has left already.
	 */
	void leave(Ticket ticket, boolean givenBack) {
		@Nullable Ticket[] next = new @Nullable Ticket[1];
		update(ticket, (queue) -> {
			boolean first = queue.first() == ticket;
			if (queue.remove(ticket, givenBack, this.time.nanoTime())) {
				this.waiting.computeIfPresent(ticket.key.limit(), (limit, calls) -> (calls > 1) ? calls - 1 : null);
				next[0] = first ? queue.first() : null;
			}
		});
		Ticket forward = next[0];
		if (forward != null) {
			forward.first().complete(null);
		}
	}

	private void update(Ticket ticket, Consumer<KeyQueue> update) {
		this.queues.computeIfPresent(ticket.key, (key, queue) -> {
			update.accept(queue);
			return (queue.first() != null) ? queue : null;
		});
	}

	/** Returns the number of calls in all queues, for tests. */
	public int waiting() {
		return this.waiting.values().stream().mapToInt(Integer::intValue).sum();
	}

	/**
	 * The calls of this process that wait for one key of a paced limit, first in, first
	 * out. Only the first call takes its scheduled permit from the store; for the others
	 * the queue computes the earliest time at which their permit can be due. Guarded by
	 * the map of queues.
	 */
	private static final class KeyQueue {

		/** The store delays calls only if it takes longer than this to answer. */
		private static final long PROMPT_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

		private final Deque<Ticket> tickets = new ArrayDeque<>();

		/** When the permit after the last scheduled one is due; null if unknown. */
		private @Nullable Long nextPermitNanos;

		/** When the first call began to wait for the store; null while it does not. */
		private @Nullable Long askingSince;

		/** The total delay of first calls by the store. */
		private long storeDelayNanos;

		private final WaitingThreadLimit.OfKey threads;

		/** The time that the calls without a scheduled permit will take. */
		private long unscheduledNanos;

		KeyQueue(WaitingThreadLimit.OfKey threads) {
			this.threads = threads;
		}

		/**
		 * Returns how long a call that joined now would wait, as far as this process can
		 * compute it.
		 * @param now the monotonic time
		 * @return nanoseconds, saturated
		 */
		long waitOfNext(long now) {
			long untilNextPermit = (this.nextPermitNanos != null) ? Math.max(0, this.nextPermitNanos - now) : 0;
			long wait = untilNextPermit + this.unscheduledNanos;
			return (wait < 0) ? Long.MAX_VALUE - 1 : wait;
		}

		@Nullable Ticket first() {
			return this.tickets.peek();
		}

		Ticket join(QueueKey key, Charge charge, Runnable freeThread) {
			Ticket ticket = new Ticket(key, spacingNanos(charge), freeThread, this.storeDelayNanos);
			if (this.tickets.isEmpty()) {
				ticket.first.complete(null);
			}
			this.tickets.add(ticket);
			this.unscheduledNanos += ticket.spacingNanos;
			return ticket;
		}

		/** Notes that the first call begins to request its permit from the store. */
		void startAsking(Ticket first, long now) {
			if (this.tickets.peek() == first) {
				this.askingSince = now;
			}
		}

		/** Returns how long the store has delayed a call and the calls before it. */
		long storeDelayNanos(Ticket ticket, long now) {
			return this.storeDelayNanos + askingNanos(now) - ticket.storeDelayBefore;
		}

		private long askingNanos(long now) {
			Long since = this.askingSince;
			return (since != null && now - since > PROMPT_NANOS) ? now - since : 0;
		}

		private void stopAsking(long now) {
			this.storeDelayNanos += askingNanos(now);
			this.askingSince = null;
		}

		/**
		 * Notes when the first call's permit is due, unless the call has left meanwhile.
		 */
		void scheduled(Ticket first, long dueNanos, long now) {
			if (this.tickets.peek() != first) {
				return;
			}
			stopAsking(now);
			this.nextPermitNanos = dueNanos + first.spacingNanos;
			this.unscheduledNanos -= first.spacingNanos;
			first.scheduledNanos = dueNanos;
		}

		/**
		 * Removes a call whose permit is due, or that gave up.
		 * @param ticket its ticket
		 * @param givenBack whether its scheduled permit was given back
		 * @param now the monotonic time
		 * @return whether the ticket was in the queue
		 */
		boolean remove(Ticket ticket, boolean givenBack, long now) {
			if (this.tickets.peek() == ticket) {
				stopAsking(now);
			}
			if (!this.tickets.remove(ticket)) {
				return false;
			}
			ticket.freeThread.run();
			if (ticket.scheduledNanos == null) {
				this.unscheduledNanos -= ticket.spacingNanos;
			}
			else if (givenBack) {
				this.nextPermitNanos = ticket.scheduledNanos;
			}
			return true;
		}

		/** Returns the time between this call's permit and the next one, rounded up. */
		private static long spacingNanos(Charge charge) {
			Rate rate = charge.limit().rates().get(0);
			BigInteger[] parts = BigInteger.valueOf(rate.period().toNanos())
				.multiply(BigInteger.valueOf(Math.max(1, charge.permits())))
				.divideAndRemainder(BigInteger.valueOf(rate.permits()));
			BigInteger nanos = parts[0].add(BigInteger.valueOf(parts[1].signum()));
			return nanos.min(BigInteger.valueOf(TimeUnit.DAYS.toNanos(36_500))).longValueExact();
		}

	}

	/**
	 * The result of joining a queue.
	 *
	 * @param ticket the call's ticket, null if the call was refused
	 * @param waitNanos how long the call has to wait in nanoseconds, as far as this
	 * process knows
	 * @param mayWait whether one more call may wait
	 */
	record Joined(@Nullable Ticket ticket, long waitNanos, boolean mayWait) {
	}

	/** The position of one call in a queue. */
	static final class Ticket {

		private final QueueKey key;

		private final long spacingNanos;

		private final CompletableFuture<@Nullable Void> first = new CompletableFuture<>();

		private @Nullable Long scheduledNanos;

		private final Runnable freeThread;

		private final long storeDelayBefore;

		private Ticket(QueueKey key, long spacingNanos, Runnable freeThread, long storeDelayBefore) {
			this.key = key;
			this.spacingNanos = spacingNanos;
			this.freeThread = freeThread;
			this.storeDelayBefore = storeDelayBefore;
		}

		/** Returns a future that is complete when this call is the first in the queue. */
		CompletableFuture<@Nullable Void> first() {
			return this.first;
		}

	}

	private record QueueKey(RegisteredLimit limit, Key key) {
	}

}
