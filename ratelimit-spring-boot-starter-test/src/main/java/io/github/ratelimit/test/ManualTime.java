package io.github.ratelimit.test;

import io.github.ratelimit.TimeSource;
import java.time.Duration;
import java.time.Instant;
import java.util.PriorityQueue;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Time that stands still until a test advances it. It begins at 2026-01-01T00:00:00Z.
 * Thread-safe.
 */
public final class ManualTime implements TimeSource {

	private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

	private final PriorityQueue<Timer> timers = new PriorityQueue<>();

	private long nanos;

	private long timersSoFar;

	@Override
	public synchronized long nanoTime() {
		return this.nanos;
	}

	@Override
	public synchronized Instant wallTime() {
		return START.plusNanos(this.nanos);
	}

	@Override
	public synchronized CompletableFuture<@Nullable Void> after(long nanos) {
		if (nanos <= 0) {
			return CompletableFuture.completedFuture(null);
		}
		Timer timer = new Timer(this.nanos + nanos, this.timersSoFar++, new CompletableFuture<>());
		this.timers.add(timer);
		return timer.over();
	}

	/**
	 * Advances the time. Calls that wait go on when their time comes, in its order,
	 * before this method returns as far as they need no other thread.
	 * @param duration how far, 0 or more
	 * @throws IllegalArgumentException if the duration is negative
	 */
	public void advance(Duration duration) {
		if (duration.isNegative()) {
			throw new IllegalArgumentException("Time cannot go back: " + duration + ". Pass a duration of 0 or more.");
		}
		long target = nanoTime() + duration.toNanos();
		for (Timer due = nextUntil(target); due != null; due = nextUntil(target)) {
			due.over().complete(null);
		}
	}

	/** Advances to the next timer, or to the target if none is due by then. */
	private synchronized @Nullable Timer nextUntil(long target) {
		Timer next = this.timers.peek();
		if (next == null || next.due() > target) {
			this.nanos = Math.max(this.nanos, target);
			return null;
		}
		this.nanos = Math.max(this.nanos, next.due());
		return this.timers.remove();
	}

	/**
	 * Returns how many times calls wait for, so that a test can advance the time once
	 * they do. A call waits for one time, and a queued one also for the end of its
	 * longest wait.
	 * @return the number, 0 if no call waits
	 */
	public synchronized int waiting() {
		this.timers.removeIf((timer) -> timer.over().isDone());
		return this.timers.size();
	}

	private record Timer(long due, long number, CompletableFuture<@Nullable Void> over) implements Comparable<Timer> {

		@Override
		public int compareTo(Timer other) {
			int byDue = Long.compare(this.due, other.due);
			return (byDue != 0) ? byDue : Long.compare(this.number, other.number);
		}

	}

}
