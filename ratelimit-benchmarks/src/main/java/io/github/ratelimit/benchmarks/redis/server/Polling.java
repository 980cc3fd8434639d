package io.github.ratelimit.benchmarks.redis.server;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waiting, within bounds. */
public final class Polling {

	private static final Duration PAUSE = Duration.ofMillis(5);

	private Polling() {
	}

	/**
	 * Waits until something holds.
	 * @throws IllegalStateException if that takes longer than the bound
	 */
	public static void until(Duration bound, Supplier<String> what, BooleanSupplier holds) {
		long begin = System.nanoTime();
		while (!holds.getAsBoolean()) {
			if (System.nanoTime() - begin > bound.toNanos()) {
				throw new IllegalStateException("Not within " + bound.toMillis() + " ms: " + what.get());
			}
			sleep(PAUSE);
		}
	}

	/** Lets some time go by. */
	public static void sleep(Duration duration) {
		try {
			TimeUnit.NANOSECONDS.sleep(duration.toNanos());
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException("Interrupted while waiting", ex);
		}
	}

}
