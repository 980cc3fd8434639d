package io.github.ratelimit.benchmarks.redis.outage;

import io.github.ratelimit.benchmarks.redis.load.Threads;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.stream.LongStream;

/**
 * Threads that wait for an event that never happens, each until its deadline and then
 * again: how long a deadline takes on this machine at this moment, for any thread.
 */
final class TimedWaits {

	private final Duration deadline;

	private final Threads<LongStream> threads;

	private volatile boolean ending;

	TimedWaits(int threads, Duration deadline) {
		this.deadline = deadline;
		this.threads = Threads.start(threads, (thread) -> waitAgainAndAgain());
	}

	private LongStream waitAgainAndAgain() {
		LongStream.Builder waits = LongStream.builder();
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
		return waits.build();
	}

	/** Ends the waiting, and returns how long each wait was. */
	Durations end() {
		this.ending = true;
		return new Durations(this.threads.join().stream().flatMapToLong(Function.identity()));
	}

}
