package io.github.ratelimit.benchmarks.outbound;

import java.time.Instant;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Real time, some times as fast. Events run on the thread of the simulation, and so does
 * what other threads hand over.
 */
final class CompressedTime extends VirtualTime {

	private final BlockingQueue<Runnable> handedOver = new LinkedBlockingQueue<>();

	private final int speed;

	private final long startedAt = System.nanoTime();

	CompressedTime(Instant start, int speed) {
		super(start);
		this.speed = speed;
	}

	int speed() {
		return this.speed;
	}

	/** Runs something on the thread of the simulation. */
	void handOver(Runnable action) {
		this.handedOver.add(action);
	}

	@Override
	boolean pass(long due) {
		long wait = due / this.speed - (System.nanoTime() - this.startedAt);
		try {
			Runnable action = (wait > 0) ? this.handedOver.poll(wait, TimeUnit.NANOSECONDS) : this.handedOver.poll();
			if (action == null) {
				return true;
			}
			now(Math.min(due, (System.nanoTime() - this.startedAt) * this.speed));
			action.run();
			return false;
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException("The simulation was interrupted", ex);
		}
	}

}
