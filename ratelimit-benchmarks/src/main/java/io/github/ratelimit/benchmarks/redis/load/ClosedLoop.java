package io.github.ratelimit.benchmarks.redis.load;

import io.github.ratelimit.benchmarks.redis.limiter.RemoteLimiter;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntFunction;

/** Threads that ask as fast as they are answered, for a while. */
public final class ClosedLoop {

	/** A caller that fails at once would take the processor from all others. */
	private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

	private ClosedLoop() {
	}

	public static Tally run(RemoteLimiter limiter, int threads, Duration duration, IntFunction<Caller> callers) {
		Tally all = new Tally();
		Threads.start(threads, (thread) -> ask(limiter, callers.apply(thread), duration)).join().forEach(all::add);
		return all;
	}

	private static Tally ask(RemoteLimiter limiter, Caller caller, Duration duration) {
		Tally tally = new Tally();
		long now = System.nanoTime();
		long end = now + duration.toNanos();
		while (now - end < 0) {
			long asked = now;
			try {
				boolean granted = caller.ask(limiter);
				now = System.nanoTime();
				tally.answered(granted, caller.watched(), now - asked);
			}
			catch (RuntimeException ex) {
				now = System.nanoTime();
				tally.failed(ex, caller.watched(), now - asked);
				LockSupport.parkNanos(PAUSE_NANOS);
				now = System.nanoTime();
			}
		}
		return tally;
	}

}
