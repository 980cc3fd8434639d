package io.github.ratelimit.store.memory;

import io.github.ratelimit.ManualTime;
import io.github.ratelimit.TimeSource;
import java.time.Duration;
import java.time.Instant;

/**
 * Time that runs another operation while it is read: between the moment when a store
 * reads a key and the moment when it changes it.
 */
final class InterleavedTime implements TimeSource {

	private final ManualTime time = new ManualTime();

	private int countdown;

	private Runnable action = () -> {
	};

	/** Runs an action at one of the next readings; 1 is the next. */
	void interleave(int reading, Runnable action) {
		this.countdown = reading;
		this.action = action;
	}

	/** Returns whether the action has not run, and drops it. */
	boolean stillWaits() {
		boolean waits = this.countdown > 0;
		this.countdown = 0;
		return waits;
	}

	@Override
	public long nanoTime() {
		if (this.countdown > 0 && --this.countdown == 0) {
			this.action.run();
		}
		return this.time.nanoTime();
	}

	@Override
	public Instant wallTime() {
		return this.time.wallTime();
	}

	void advance(Duration duration) {
		this.time.advance(duration);
	}

}
