package io.github.ratelimit.benchmarks.outbound;

import io.github.ratelimit.TimeSource;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.PriorityQueue;
import java.util.concurrent.CompletableFuture;

/**
 * Time that jumps from one event to the next, so that ten minutes take no time and two
 * runs are alike. Not thread-safe.
 */
class VirtualTime implements TimeSource, InstantSource {

	private final PriorityQueue<Event> events = new PriorityQueue<>();

	private final Instant start;

	private long now;

	private long sequence;

	VirtualTime(Instant start) {
		this.start = start;
	}

	@Override
	public long nanoTime() {
		return this.now;
	}

	@Override
	public Instant wallTime() {
		return this.start.plusNanos(this.now);
	}

	@Override
	public Instant instant() {
		return wallTime();
	}

	@Override
	public CompletableFuture<Void> after(long nanos) {
		CompletableFuture<Void> over = new CompletableFuture<>();
		if (nanos <= 0) {
			over.complete(null);
		}
		else {
			schedule(nanos, () -> over.complete(null));
		}
		return over;
	}

	void schedule(Duration delay, Runnable action) {
		schedule(delay.toNanos(), action);
	}

	void schedule(long delayNanos, Runnable action) {
		this.events.add(new Event(this.now + delayNanos, this.sequence++, action));
	}

	void runUntil(Duration end) {
		for (Event next = this.events.peek(); next != null && next.due <= end.toNanos(); next = this.events.peek()) {
			if (!pass(next.due)) {
				continue;
			}
			this.events.remove();
			this.now = next.due;
			next.action.run();
		}
		this.now = end.toNanos();
	}

	/**
	 * Lets the time pass, or something else happen before.
	 * @return whether it is that time
	 */
	boolean pass(long due) {
		return true;
	}

	/** Sets the time, which is before the next event. */
	void now(long now) {
		this.now = Math.max(this.now, now);
	}

	private record Event(long due, long sequence, Runnable action) implements Comparable<Event> {

		@Override
		public int compareTo(Event other) {
			int byDue = Long.compare(this.due, other.due);
			return (byDue != 0) ? byDue : Long.compare(this.sequence, other.sequence);
		}

	}

}
