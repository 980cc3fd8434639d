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
 * The calls of this process that wait for one key of a limit, first in first out. Only
 * the first takes its turn in the store; the others know by when theirs can come at the
 * earliest. Guarded by the {@link CallQueues} that it belongs to.
 */
public final class CallQueue {

	/** An answer of the store that takes no longer holds nobody up. */
	private static final long PROMPT_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

	private final Deque<Ticket> tickets = new ArrayDeque<>();

	/** When the turn behind the last one that was taken comes; null where unknown. */
	private @Nullable Long nextPermitNanos;

	/** Since when the first asks the store for its turn; null while it does not. */
	private @Nullable Long askingSince;

	/** For how long the store has held up those who were first. */
	private long storeDelayNanos;

	/** How many of the calls hold a thread. */
	private int threads;

	/** What those take who have not taken their turn yet. */
	private long unscheduledNanos;

	/**
	 * Returns how long a call would wait that joins now, as far as this process knows.
	 * @param now the monotonic time
	 * @return nanoseconds, saturated
	 */
	long waitOfNext(long now) {
		long untilNextTurn = (this.nextPermitNanos != null) ? Math.max(0, this.nextPermitNanos - now) : 0;
		long wait = untilNextTurn + this.unscheduledNanos;
		return (wait < 0) ? Long.MAX_VALUE - 1 : wait;
	}

	@Nullable Ticket first() {
		return this.tickets.peek();
	}

	/** Returns how many of the calls hold a thread of their share. */
	int threads() {
		return this.threads;
	}

	Ticket join(Charge charge, boolean holdsThread) {
		Ticket ticket = new Ticket(spacingNanos(charge), holdsThread, this.storeDelayNanos);
		this.threads += holdsThread ? 1 : 0;
		if (this.tickets.isEmpty()) {
			ticket.first.complete(null);
		}
		this.tickets.add(ticket);
		this.unscheduledNanos += ticket.spacingNanos;
		return ticket;
	}

	/** The first asks the store for its turn. */
	void startAsking(Ticket first, long now) {
		if (this.tickets.peek() == first) {
			this.askingSince = now;
		}
	}

	/** Returns for how long the store has held up a call and those before it. */
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

	/** The first has taken its turn, unless it has left meanwhile. */
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
	 * Removes a call, by its turn or because it gave up.
	 * @param ticket its ticket
	 * @param givenBack whether it took a turn and gave it back
	 * @param now the monotonic time
	 * @return whether it was there
	 */
	boolean remove(Ticket ticket, boolean givenBack, long now) {
		if (this.tickets.peek() == ticket) {
			stopAsking(now);
		}
		if (!this.tickets.remove(ticket)) {
			return false;
		}
		this.threads -= ticket.holdsThread ? 1 : 0;
		if (ticket.scheduledNanos == null) {
			this.unscheduledNanos -= ticket.spacingNanos;
		}
		else if (givenBack) {
			this.nextPermitNanos = ticket.scheduledNanos;
		}
		return true;
	}

	/** Returns how long the next call waits after this one's turn, rounded up. */
	private static long spacingNanos(Charge charge) {
		Rate rate = charge.limit().rates().get(0);
		BigInteger[] parts = BigInteger.valueOf(rate.period().toNanos())
			.multiply(BigInteger.valueOf(Math.max(1, charge.permits())))
			.divideAndRemainder(BigInteger.valueOf(rate.permits()));
		BigInteger nanos = parts[0].add(BigInteger.valueOf(parts[1].signum()));
		return nanos.min(BigInteger.valueOf(TimeUnit.DAYS.toNanos(36_500))).longValueExact();
	}

	/** The ticket of one call. */
	static final class Ticket {

		private final long spacingNanos;

		private final CompletableFuture<@Nullable Void> first = new CompletableFuture<>();

		private @Nullable Long scheduledNanos;

		private final boolean holdsThread;

		private final long storeDelayBefore;

		private Ticket(long spacingNanos, boolean holdsThread, long heldUpBefore) {
			this.spacingNanos = spacingNanos;
			this.holdsThread = holdsThread;
			this.storeDelayBefore = heldUpBefore;
		}

		/** Returns whether the call holds a thread of the share while it waits. */
		boolean holdsThread() {
			return this.holdsThread;
		}

		/** Returns what is complete when nobody is before this call. */
		CompletableFuture<@Nullable Void> first() {
			return this.first;
		}

	}

}
