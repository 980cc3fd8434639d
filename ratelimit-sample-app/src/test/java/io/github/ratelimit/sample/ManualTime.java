package io.github.ratelimit.sample;

import io.github.ratelimit.TimeSource;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;

/** A time source that a test advances. */
final class ManualTime implements TimeSource {

	private static final Instant ORIGIN = Instant.parse("2026-01-01T00:00:00Z");

	private final AtomicLong nanos = new AtomicLong();

	void advance(Duration by) {
		this.nanos.addAndGet(by.toNanos());
	}

	@Override
	public long nanoTime() {
		return this.nanos.get();
	}

	@Override
	public Instant wallTime() {
		return ORIGIN.plusNanos(this.nanos.get());
	}

}
