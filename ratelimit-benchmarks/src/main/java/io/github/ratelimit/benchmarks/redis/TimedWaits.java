package io.github.ratelimit.benchmarks.redis;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.LongStream;

/**
 * Threads that wait for an event that never happens, each until its deadline and then
 * again: how long a deadline takes on this machine at this moment, for any thread.
 */
final class TimedWaits {

	private final Duration deadline;

	private final List<Thread> threads = new ArrayList<>();

	private final List<LongStream.Builder> waits = new ArrayList<>();

	private volatile boolean ending;

	private TimedWaits(Duration deadline) {
		this.deadline = deadline;
	}

	static TimedWaits start(int threads, Duration deadline) {
		TimedWaits all = new TimedWaits(deadline);
		for (int i = 0; i < threads; i++) {
			LongStream.Builder waits = LongStream.builder();
			Thread thread = new Thread(() -> all.waitAgainAndAgain(waits), "timed-wait-" + i);
			thread.setDaemon(true);
			all.waits.add(waits);
			all.threads.add(thread);
			thread.start();
		}
		return all;
	}

	private void waitAgainAndAgain(LongStream.Builder waits) {
		while (!this.ending) {
			long begin = System.nanoTime();
			try {
				new CompletableFuture<>().get(this.deadline.toNanos(), TimeUnit.NANOSECONDS);
			}
			catch (TimeoutException ex) {
				waits.add(System.nanoTime() - begin);
			}
			catch (InterruptedException | ExecutionException ex) {
				throw new IllegalStateException("A wait for nothing ended otherwise", ex);
			}
		}
	}

	/** Ends the waiting, and returns how long each wait was. */
	Durations end() {
		this.ending = true;
		for (Thread thread : this.threads) {
			try {
				thread.join();
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
				throw new IllegalStateException("Interrupted while waits end", ex);
			}
		}
		return new Durations(this.waits.stream().flatMapToLong(LongStream.Builder::build));
	}

}
