package io.github.ratelimit.benchmarks.redis.load;

import io.github.ratelimit.benchmarks.redis.limiter.DegradedDecisionException;
import io.github.ratelimit.benchmarks.redis.limiter.RemoteLimiter;
import io.github.ratelimit.benchmarks.redis.server.Polling;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Asks several instances at a given rate, however long the answers take. */
public final class OpenLoop implements AutoCloseable {

	private static final int THREADS_OF_AN_INSTANCE = 8;

	private static final Duration WARMING = Duration.ofMillis(500);

	private static final Duration RECOVERING = Duration.ofSeconds(10);

	/** A thread that is further behind does not catch up: the load is what it can be. */
	private static final long MOST_BEHIND_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

	private final int perSecond;

	private final List<Member> members = new ArrayList<>();

	/**
	 * Creates a load.
	 * @param perSecond questions a second to each instance that is there
	 */
	public OpenLoop(int perSecond) {
		this.perSecond = perSecond;
	}

	/** Adds an instance that is asked from one moment of the run to another. */
	public void add(RemoteLimiter limiter, Duration from, Duration to) {
		this.members.add(new Member(limiter, from, to));
	}

	public Result run(String key) {
		this.members.forEach((member) -> warm(member.limiter()));
		int threads = this.members.size() * THREADS_OF_AN_INSTANCE;
		long interval = TimeUnit.SECONDS.toNanos(THREADS_OF_AN_INSTANCE) / this.perSecond;
		long start = System.nanoTime();
		return Result.of(Threads.start(threads, (thread) -> {
			Member member = this.members.get(thread % this.members.size());
			long first = start + member.from().toNanos() + interval * thread / threads;
			return ask(member.limiter(), key, first, start + member.to().toNanos(), interval);
		}).join());
	}

	/** What is loaded and compiled first takes longer than it should. */
	private static void warm(RemoteLimiter limiter) {
		ClosedLoop.run(limiter, THREADS_OF_AN_INSTANCE, WARMING, (thread) -> (asked) -> asked.tryAcquire("warming"));
		Polling.until(RECOVERING, () -> "an answer before the load begins", () -> {
			try {
				limiter.tryAcquire("warming");
				return true;
			}
			catch (DegradedDecisionException ex) {
				return false;
			}
		});
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

		private final List<Grant> grants = new ArrayList<>();

		private final Latencies latencies = new Latencies();

		private long first;

		private long last;

		private long asked;

		private long failed;

		void ask(RemoteLimiter limiter, String key, long now) {
			this.first = (this.asked == 0) ? now : this.first;
			this.asked++;
			try {
				boolean granted = limiter.tryAcquire(key);
				this.last = System.nanoTime();
				this.latencies.add(this.last - now);
				if (granted) {
					this.grants.add(new Grant(now, this.last));
				}
			}
			catch (RuntimeException ex) {
				this.failed++;
			}
		}

	}

	/**
	 * A permit that was granted.
	 *
	 * @param asked when it was asked for
	 * @param answered when the answer was there
	 */
	record Grant(long asked, long answered) {

	}

	/**
	 * What all threads were answered.
	 *
	 * @param grants what was granted, in the order in which it was asked for
	 * @param latencies of all answers
	 * @param asked how many questions there were
	 * @param failed how many of them were not answered
	 * @param seconds how long it took from the first question to the last answer
	 */
	public record Result(List<Grant> grants, Latencies latencies, long asked, long failed, double seconds) {

		private static Result of(List<Answers> answers) {
			Latencies latencies = new Latencies();
			answers.forEach((one) -> latencies.add(one.latencies));
			List<Answers> asking = answers.stream().filter((one) -> one.asked > 0).toList();
			long first = asking.stream().mapToLong((one) -> one.first).min().orElse(0);
			long last = asking.stream().mapToLong((one) -> one.last).max().orElse(0);
			return new Result(
					answers.stream()
						.flatMap((one) -> one.grants.stream())
						.sorted(Comparator.comparingLong(Grant::asked))
						.toList(),
					latencies, answers.stream().mapToLong((one) -> one.asked).sum(),
					answers.stream().mapToLong((one) -> one.failed).sum(), (last - first) / 1e9);
		}

		/** Returns when permits were granted, as the callers saw it. */
		public GrantLog log() {
			return new GrantLog(this.grants.stream().mapToLong(Grant::answered).toArray());
		}

		/** Returns in how many seconds half of the grants were answered. */
		public double roundTrip() {
			Latencies latencies = new Latencies();
			this.grants.forEach((grant) -> latencies.add(grant.answered() - grant.asked()));
			return latencies.percentile(0.5) / 1e9;
		}

		/**
		 * Returns the most permits that were asked for and granted within so many
		 * nanoseconds, and so taken within them, however late an answer was read.
		 */
		public long worstWithin(long nanos) {
			int worst = 0;
			for (int i = 0; i < this.grants.size(); i++) {
				long end = this.grants.get(i).asked() + nanos;
				int within = 0;
				for (int j = i; j < this.grants.size() && this.grants.get(j).asked() - end < 0; j++) {
					within += (this.grants.get(j).answered() - end <= 0) ? 1 : 0;
				}
				worst = Math.max(worst, within);
			}
			return worst;
		}

	}

}
