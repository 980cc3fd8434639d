package io.github.ratelimit.test.provider.limits;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** A clock that stands still until a test advances it. Thread-safe. */
public final class ManualClock implements InstantSource {

	private volatile Instant now;

	/**
	 * Creates a clock.
	 * @param start the time that it shows
	 */
	public ManualClock(Instant start) {
		this.now = start;
	}

	@Override
	public Instant instant() {
		return this.now;
	}

	/**
	 * Advances the clock.
	 * @param time by how much
	 */
	public synchronized void advance(Duration time) {
		this.now = this.now.plus(time);
	}

	/**
	 * Sets the clock, forward or back.
	 * @param time the time that it shows from now on
	 */
	public synchronized void set(Instant time) {
		this.now = time;
	}

}
