package io.github.ratelimit.store.redis.server;

import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waiting for what another process does. */
public final class Polling {

	private static final Duration PAUSE = Duration.ofMillis(5);

	private Polling() {
	}

	/**
	 * Waits until something holds.
	 * @param bound the longest time to wait
	 * @param what the condition to wait for, as in "the replica is promoted"
	 * @param holds checked every few milliseconds; its exception ends the waiting
	 * @throws IllegalStateException if it does not hold within the bound
	 */
	public static void until(Duration bound, String what, BooleanSupplier holds) {
		until(bound, () -> what, holds);
	}

	/**
	 * Waits until something holds.
	 * @param bound the longest time to wait
	 * @param what the condition to wait for; evaluated only after the bound
	 * @param holds checked every few milliseconds; its exception ends the waiting
	 * @throws IllegalStateException if it does not hold within the bound
	 */
	public static void until(Duration bound, Supplier<String> what, BooleanSupplier holds) {
		long begin = System.nanoTime();
		while (!holds.getAsBoolean()) {
			if (System.nanoTime() - begin > bound.toNanos()) {
				throw new IllegalStateException("Not within " + bound.toMillis() + " ms: " + what.get());
			}
			pause();
		}
	}

	private static void pause() {
		try {
			Thread.sleep(PAUSE.toMillis());
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException("Interrupted while waiting", ex);
		}
	}

}
