package io.github.ratelimit.governor;

import java.util.Comparator;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * The queued calls of one key: by priority, further attempts first, then first in, first
 * out. Not thread-safe.
 */
final class RequestQueue {

	private static final Comparator<Entry> ORDER = Comparator.<Entry>comparingInt((call) -> -call.request.priority())
		.thenComparing((call) -> !call.request.retry())
		.thenComparingLong((call) -> call.sequence);

	private final TreeSet<Entry> calls = new TreeSet<>(ORDER);

	/** The total need of the queued calls, by dimension. */
	private final double[] needed = new double[CallCost.DIMENSIONS.length];

	boolean isEmpty() {
		return this.calls.isEmpty();
	}

	int size() {
		return this.calls.size();
	}

	@Nullable Entry first() {
		return this.calls.isEmpty() ? null : this.calls.first();
	}

	boolean contains(Entry call) {
		return this.calls.contains(call);
	}

	/**
	 * Adds a call, which holds the current thread from then on until it is removed.
	 * @return false if no thread is left for waiting
	 */
	boolean add(Entry call) {
		Runnable freed = call.request.caller().hold();
		if (freed == null) {
			return false;
		}
		call.freed = freed;
		this.calls.add(call);
		call.request.cost().addTo(this.needed, 0, 1);
		return true;
	}

	void remove(Entry call) {
		if (this.calls.remove(call)) {
			call.request.cost().addTo(this.needed, 0, -1);
			call.freed.run();
		}
	}

	/** Returns the total need of the calls that are sent before a call, by dimension. */
	double[] neededBefore(Entry call) {
		if (this.calls.isEmpty() || ORDER.compare(call, this.calls.last()) > 0) {
			return this.needed;
		}
		double[] sum = new double[CallCost.DIMENSIONS.length];
		this.calls.headSet(call).forEach((other) -> other.request.cost().addTo(sum, 0, 1));
		return sum;
	}

	/** A call in the queue. */
	static final class Entry {

		private final CallRequest request;

		private final long sequence;

		private final long since;

		private final Executor executor;

		private final CompletableFuture<GovernedCall> admitted = new CompletableFuture<>();

		/** Gives the caller's thread back, which is held while the call is queued. */
		private Runnable freed = () -> {
		};

		/**
		 * Creates an entry.
		 * @param request the call
		 * @param sequence its number, higher than those of earlier calls
		 * @param since when it was queued
		 * @param executor runs what depends on it
		 */
		Entry(CallRequest request, long sequence, long since, Executor executor) {
			this.request = request;
			this.sequence = sequence;
			this.since = since;
			this.executor = executor;
		}

		CallRequest request() {
			return this.request;
		}

		long since() {
			return this.since;
		}

		/** Returns a future that is complete when the call may be sent or was refused. */
		CompletableFuture<GovernedCall> admitted() {
			return this.admitted;
		}

		/** Lets the call be sent, unless it has been cancelled. */
		void admit(GovernedCall call) {
			this.executor.execute(() -> {
				if (!this.admitted.complete(call)) {
					call.notSent();
				}
			});
		}

		void refuse(CallRefusedException refusal) {
			this.executor.execute(() -> this.admitted.completeExceptionally(refusal));
		}

	}

}
