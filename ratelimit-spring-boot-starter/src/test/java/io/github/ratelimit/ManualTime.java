package io.github.ratelimit;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;

/** Time that a test turns by hand. */
public final class ManualTime implements TimeSource {

	private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

	private final long origin;

	private final AtomicLong nanos = new AtomicLong();

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

	public void advance(Duration duration) {
		this.nanos.addAndGet(duration.toNanos());
	}

}
