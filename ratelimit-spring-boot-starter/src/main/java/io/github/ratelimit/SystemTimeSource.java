package io.github.ratelimit;

import java.time.Instant;

/** The only class that reads the machine's clocks. */
enum SystemTimeSource implements TimeSource {

	INSTANCE;

	@Override
	public long nanoTime() {
		return System.nanoTime();
	}

	@Override
	public Instant wallTime() {
		return Instant.now();
	}

}
