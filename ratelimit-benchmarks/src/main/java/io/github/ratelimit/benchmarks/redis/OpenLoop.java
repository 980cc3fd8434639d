package io.github.ratelimit.benchmarks.redis;

import io.github.ratelimit.benchmarks.GrantLog;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.LongStream;

/** Asks several instances at a given rate, however long the answers take. */
final class OpenLoop implements AutoCloseable {

	private static final int THREADS_OF_AN_INSTANCE = 8;

	/** A thread that is further behind does not catch up: the load is what it can be. */
	private static final long MOST_BEHIND_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

	private final Duration duration;

	private final int perSecond;

	private final List<Member> members = new ArrayList<>();

	/**
	 * Creates a load.
	 * @param duration of all of it
	 * @param perSecond questions a second to each instance that is there
	 */
	OpenLoop(Duration duration, int perSecond) {
		this.duration = duration;
		this.perSecond = perSecond;
	}

	/** Adds an instance that is asked from one moment of the run to another. */
	void add(RemoteLimiter limiter, Duration from, Duration to) {
		this.members.add(new Member(limiter, from, to));
	}

	Result run(String key) {
		this.members.forEach((member) -> member.limiter().tryAcquire("another"));
		int threads = this.members.size() * THREADS_OF_AN_INSTANCE;
		long interval = TimeUnit.SECONDS.toNanos(THREADS_OF_AN_INSTANCE) / this.perSecond;
		ExecutorService executor = Executors.newFixedThreadPool(threads);
		try {
			long start = System.nanoTime();
			List<Callable<Answers>> tasks = new ArrayList<>();
			for (int thread = 0; thread < threads; thread++) {
				Member member = this.members.get(thread % this.members.size());
				long first = start + member.from().toNanos() + interval * thread / threads;
				tasks.add(() -> ask(member.limiter(), key, first, start + member.to().toNanos(), interval));
			}
			List<Answers> answers = new ArrayList<>();
			for (Future<Answers> future : executor.invokeAll(tasks)) {
				answers.add(future.get());
			}
			return Result.of(answers, this.duration.toNanos() / 1e9);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException("Interrupted while measuring", ex);
		}
		catch (ExecutionException ex) {
			throw new IllegalStateException("A thread of the load failed", ex.getCause());
		}
		finally {
			executor.shutdownNow();
		}
	}

	private static Answers ask(RemoteLimiter limiter, String key, long first, long end, long interval) {
		Answers answers = new Answers();
		long due = first;
		while (due - end < 0) {
			long now = System.nanoTime();
			while (now - due < 0) {
				LockSupport.parkNanos(due - now);
				now = System.nanoTime();
			}
			answers.ask(limiter, key, now);
			due = Math.max(due + interval, System.nanoTime() - MOST_BEHIND_NANOS);
		}
		return answers;
	}

	@Override
	public void close() {
		this.members.forEach((member) -> member.limiter().close());
	}

	private record Member(RemoteLimiter limiter, Duration from, Duration to) {

	}

	/** What one thread was answered. */
	private static final class Answers {

		private final LongStream.Builder grants = LongStream.builder();

		private final Latencies latencies = new Latencies();

		private long asked;

		private long failed;

		void ask(RemoteLimiter limiter, String key, long now) {
			this.asked++;
			try {
				boolean granted = limiter.tryAcquire(key);
				long answered = System.nanoTime();
				this.latencies.add(answered - now);
				if (granted) {
					this.grants.add(answered);
				}
			}
			catch (RuntimeException ex) {
				this.failed++;
			}
		}

	}

	/**
	 * What all threads were answered.
	 *
	 * @param grants when something was granted
	 * @param latencies of all answers
	 * @param asked how many questions there were
	 * @param failed how many of them were not answered
	 * @param seconds how long it took
	 */
	record Result(GrantLog grants, Latencies latencies, long asked, long failed, double seconds) {

		private static Result of(List<Answers> answers, double seconds) {
			Latencies latencies = new Latencies();
			answers.forEach((one) -> latencies.add(one.latencies));
			return new Result(new GrantLog(answers.stream().flatMapToLong((one) -> one.grants.build()).toArray()),
					latencies, answers.stream().mapToLong((one) -> one.asked).sum(),
					answers.stream().mapToLong((one) -> one.failed).sum(), seconds);
		}

	}

}
