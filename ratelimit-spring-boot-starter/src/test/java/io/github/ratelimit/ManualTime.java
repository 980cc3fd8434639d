package io.github.ratelimit;

import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.PriorityBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Time that a test advances by hand. */
public final class ManualTime implements TimeSource {

	private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

	private final long origin;

	private final AtomicLong nanos = new AtomicLong();

	private final AtomicLong sequence = new AtomicLong();

	private final PriorityBlockingQueue<Timer> timers = new PriorityBlockingQueue<>();

	public ManualTime() {
		this(0);
	}

	/**
	 * Creates a time whose {@link #nanoTime()} begins at an origin.
	 */
	public ManualTime(long origin) {
		this.origin = origin;
	}

	@Override
	public long nanoTime() {
		return this.origin + this.nanos.get();
	}

	@Override
	public Instant wallTime() {
		return START.plusNanos(this.nanos.get());
	}

	@Override
	public CompletableFuture<@Nullable Void> after(long nanos) {
		CompletableFuture<@Nullable Void> over = new CompletableFuture<>();
		if (nanos <= 0) {
			over.complete(null);
		}
		else {
			this.timers.add(new Timer(this.nanos.get() + nanos, this.sequence.getAndIncrement(), over));
		}
		return over;
	}

	/** Advances the time, and stops at each task that is due; or sets it back. */
	public void advance(Duration duration) {
		if (duration.isNegative()) {
			this.nanos.addAndGet(duration.toNanos());
			return;
		}
		long target = this.nanos.get() + duration.toNanos();
		Timer next = this.timers.peek();
		while (next != null && next.due() <= target) {
			if (this.timers.remove(next)) {
				this.nanos.accumulateAndGet(next.due(), Math::max);
				next.over().complete(null);
			}
			next = this.timers.peek();
		}
		this.nanos.accumulateAndGet(target, Math::max);
	}

	/**
	 * Advances the time step by step until a condition holds. A call that another thread
	 * runs may set its next timer after the time was advanced past it: one long step
	 * leaves that timer open.
	 * @throws org.awaitility.core.ConditionTimeoutException if the condition does not
	 * hold soon
	 */
	public void advanceUntil(Duration step, Callable<Boolean> condition) {
		await().atMost(Duration.ofMinutes(1)).until(() -> {
			advance(step);
			return condition.call();
		});
	}

	private record Timer(long due, long sequence, CompletableFuture<@Nullable Void> over) implements Comparable<Timer> {

		@Override
		public int compareTo(Timer other) {
			int byDue = Long.compare(this.due, other.due);
			return (byDue != 0) ? byDue : Long.compare(this.sequence, other.sequence);
		}

	}

}
