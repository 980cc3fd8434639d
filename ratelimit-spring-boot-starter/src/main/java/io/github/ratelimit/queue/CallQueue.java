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

	private final Deque<Place> places = new ArrayDeque<>();

	/** When the turn behind the last one that was taken comes; null where unknown. */
	private @Nullable Long nextTurnNanos;

	/** Since when the first asks the store for its turn; null while it does not. */
	private @Nullable Long askingSince;

	/** For how long the store has held up those who were first. */
	private long heldUpNanos;

	/** How many of the calls hold a thread. */
	private int threads;

	/** What those take who have not taken their turn yet. */
	private long unreservedNanos;

	/**
	 * Returns how long a call would wait that joins now, as far as this process knows.
	 * @param now the monotonic time
	 * @return nanoseconds, saturated
	 */
	long waitOfNext(long now) {
		long untilNextTurn = (this.nextTurnNanos != null) ? Math.max(0, this.nextTurnNanos - now) : 0;
		long wait = untilNextTurn + this.unreservedNanos;
		return (wait < 0) ? Long.MAX_VALUE - 1 : wait;
	}

	@Nullable Place first() {
		return this.places.peek();
	}

	/** Returns how many of the calls hold a thread of their share. */
	int threads() {
		return this.threads;
	}

	Place join(Charge charge, boolean holdsThread) {
		Place place = new Place(spacingNanos(charge), holdsThread, this.heldUpNanos);
		this.threads += holdsThread ? 1 : 0;
		if (this.places.isEmpty()) {
			place.first.complete(null);
		}
		this.places.add(place);
		this.unreservedNanos += place.spacingNanos;
		return place;
	}

	/** The first asks the store for its turn. */
	void asks(Place first, long now) {
		if (this.places.peek() == first) {
			this.askingSince = now;
		}
	}

	/** Returns for how long the store has held up a call and those before it. */
	long heldUpNanos(Place place, long now) {
		return this.heldUpNanos + askingNanos(now) - place.heldUpBefore;
	}

	private long askingNanos(long now) {
		Long since = this.askingSince;
		return (since != null && now - since > PROMPT_NANOS) ? now - since : 0;
	}

	private void hasAsked(long now) {
		this.heldUpNanos += askingNanos(now);
		this.askingSince = null;
	}

	/** The first has taken its turn, unless it has left meanwhile. */
	void reserved(Place first, long turnNanos, long now) {
		if (this.places.peek() != first) {
			return;
		}
		hasAsked(now);
		this.nextTurnNanos = turnNanos + first.spacingNanos;
		this.unreservedNanos -= first.spacingNanos;
		first.turnNanos = turnNanos;
	}

	/**
	 * Removes a call, by its turn or because it gave up.
	 * @param place its place
	 * @param turnGivenBack whether it took a turn and gave it back
	 * @param now the monotonic time
	 * @return whether it was there
	 */
	boolean remove(Place place, boolean turnGivenBack, long now) {
		if (this.places.peek() == place) {
			hasAsked(now);
		}
		if (!this.places.remove(place)) {
			return false;
		}
		this.threads -= place.holdsThread ? 1 : 0;
		if (place.turnNanos == null) {
			this.unreservedNanos -= place.spacingNanos;
		}
		else if (turnGivenBack) {
			this.nextTurnNanos = place.turnNanos;
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

	/** The place of one call. */
	static final class Place {

		private final long spacingNanos;

		private final CompletableFuture<@Nullable Void> first = new CompletableFuture<>();

		private @Nullable Long turnNanos;

		private final boolean holdsThread;

		private final long heldUpBefore;

		private Place(long spacingNanos, boolean holdsThread, long heldUpBefore) {
			this.spacingNanos = spacingNanos;
			this.holdsThread = holdsThread;
			this.heldUpBefore = heldUpBefore;
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
