package io.github.ratelimit.queue;

import io.github.ratelimit.Rate;
import io.github.ratelimit.store.Charge;
import java.math.BigInteger;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The calls of this process that wait for one key of a paced limit, first in, first out.
 * Only the first call takes its scheduled permit from the store; for the others the queue
 * computes the earliest time at which their permit can be due. Guarded by the
 * {@link CallQueues} that it belongs to.
 */
public final class KeyQueue {

	/** The store delays calls only if it takes longer than this to answer. */
	private static final long PROMPT_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

	private final Deque<Ticket> tickets = new ArrayDeque<>();

	/** When the permit after the last scheduled one is due; null if unknown. */
	private @Nullable Long nextPermitNanos;

	/** When the first call began to wait for the store; null while it does not. */
	private @Nullable Long askingSince;

	/** The total delay of first calls by the store. */
	private long storeDelayNanos;

	/** The number of calls that hold a request thread. */
	private int requestThreads;

	/** The time that the calls without a scheduled permit will take. */
	private long unscheduledNanos;

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

	/** Returns the number of calls that hold a request thread. */
	int requestThreads() {
		return this.requestThreads;
	}

	Ticket join(Charge charge, boolean holdsRequestThread) {
		Ticket ticket = new Ticket(spacingNanos(charge), holdsRequestThread, this.storeDelayNanos);
		this.requestThreads += holdsRequestThread ? 1 : 0;
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

	/** Notes when the first call's permit is due, unless the call has left meanwhile. */
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
		this.requestThreads -= ticket.holdsRequestThread ? 1 : 0;
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

	/** The position of one call in a queue. */
	static final class Ticket {

		private final long spacingNanos;

		private final CompletableFuture<@Nullable Void> first = new CompletableFuture<>();

		private @Nullable Long scheduledNanos;

		private final boolean holdsRequestThread;

		private final long storeDelayBefore;

		private Ticket(long spacingNanos, boolean holdsRequestThread, long heldUpBefore) {
			this.spacingNanos = spacingNanos;
			this.holdsRequestThread = holdsRequestThread;
			this.storeDelayBefore = heldUpBefore;
		}

		/** Returns whether the call holds a request thread while it waits. */
		boolean holdsRequestThread() {
			return this.holdsRequestThread;
		}

		/** Returns a future that is complete when this call is the first in the queue. */
		CompletableFuture<@Nullable Void> first() {
			return this.first;
		}

	}

}
