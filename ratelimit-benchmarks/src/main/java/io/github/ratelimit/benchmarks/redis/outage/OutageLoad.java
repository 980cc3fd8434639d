package io.github.ratelimit.benchmarks.redis.outage;

import io.github.ratelimit.Decision;
import io.github.ratelimit.benchmarks.redis.limiter.OurLimiter;
import io.github.ratelimit.benchmarks.redis.limiter.Quota;
import io.github.ratelimit.benchmarks.redis.server.LettuceClients;
import io.github.ratelimit.benchmarks.redis.server.Polling;
import io.github.ratelimit.benchmarks.redis.server.RedisServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;

/**
 * Sixteen threads that call two instances at a given rate, whatever happens to Redis, and
 * keep every answer. Of five calls, three are for a key that is used too much, one is for
 * a key that all callers use and that has enough, and one is for a key of its own, so
 * that Redis shows afterwards how often it ran just this call.
 */
final class OutageLoad implements AutoCloseable {

	static final int INSTANCES = 2;

	static final int THREADS = 16;

	/** Asked for by each instance at one and a half times its rate. */
	static final String CONTESTED = "limit/contested";

	static final Quota CONTESTED_QUOTA = new Quota(100, 1_000);

	static final String HOT = "hot/key";

	static final String ONCE = "once/";

	private static final int PER_SECOND = 5_000;

	private static final Map<String, Quota> QUOTAS = Map.of("limit", CONTESTED_QUOTA, "hot", new Quota(100_000, 0),
			"once", new Quota(10, 0));

	/** A thread that is further behind does not catch up. */
	private static final long MOST_BEHIND_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

	private static final Duration ENDING = Duration.ofSeconds(10);

	private final List<OurLimiter> instances = new ArrayList<>();

	private final List<Thread> threads = new ArrayList<>();

	private final List<List<Answer>> answers = new ArrayList<>();

	private final LongAdder asked = new LongAdder();

	private final LongAdder failed = new LongAdder();

	private final AtomicReference<String> failure = new AtomicReference<>();

	private volatile boolean ending;

	OutageLoad(RedisServer server) {
		for (int i = 0; i < INSTANCES; i++) {
			this.instances.add(instance(server));
		}
	}

	/** Opens one more instance with the same limits. */
	static OurLimiter instance(RedisServer server) {
		return new OurLimiter(LettuceClients.factory(server), OurLimiter.Setup.of(QUOTAS));
	}

	void start() {
		for (int i = 0; i < THREADS; i++) {
			int number = i;
			List<Answer> mine = new ArrayList<>();
			Thread thread = new Thread(() -> ask(number, mine), "outage-load-" + i);
			thread.setDaemon(true);
			this.answers.add(mine);
			this.threads.add(thread);
			thread.start();
		}
	}

	private void ask(int thread, List<Answer> mine) {
		int instance = thread % INSTANCES;
		long interval = TimeUnit.SECONDS.toNanos(THREADS) / PER_SECOND;
		long due = System.nanoTime() + interval * thread / THREADS;
		for (int number = thread; !this.ending; number += THREADS) {
			long now = System.nanoTime();
			while (now - due < 0) {
				LockSupport.parkNanos(due - now);
				now = System.nanoTime();
			}
			ask(instance, key(number), mine);
			due = Math.max(due + interval, System.nanoTime() - MOST_BEHIND_NANOS);
		}
	}

	private static String key(int number) {
		return switch (number % 5) {
			case 0 -> ONCE + number;
			case 1 -> HOT;
			default -> CONTESTED;
		};
	}

	private void ask(int instance, String key, List<Answer> mine) {
		this.asked.increment();
		long now = System.nanoTime();
		try {
			Decision decision = this.instances.get(instance).decide(key);
			long answered = System.nanoTime();
			if (decision.limits().isEmpty()) {
				fail("the limiter failed and let through");
			}
			mine.add(new Answer(instance, key, now, answered, decision.isAllowed(), decision.isDegraded()));
		}
		catch (RuntimeException | LinkageError ex) {
			fail(ex.toString());
		}
	}

	private void fail(String what) {
		this.failed.increment();
		this.failure.set(what);
	}

	/**
	 * Ends the load and returns all answers.
	 * @throws IllegalStateException if a question is never answered
	 */
	List<Answer> end() {
		this.ending = true;
		Polling.until(ENDING, () -> "an answer to every question",
				() -> this.threads.stream().noneMatch(Thread::isAlive));
		return this.answers.stream().flatMap(List::stream).toList();
	}

	/** Returns how many questions were put. */
	long asked() {
		return this.asked.sum();
	}

	/** Returns how many questions ended in an exception, of the limiter or in it. */
	long failed() {
		return this.failed.sum();
	}

	/** Returns one of the failures, empty if there was none. */
	String failure() {
		return (this.failure.get() != null) ? " (" + this.failure.get() + ")" : "";
	}

	@Override
	public void close() {
		this.ending = true;
		this.instances.forEach(OurLimiter::close);
	}

	/**
	 * One answer.
	 *
	 * @param instance which instance was asked
	 * @param key what for
	 * @param asked when it was asked
	 * @param answered when it answered
	 * @param allowed whether it allowed
	 * @param degraded whether it decided without Redis
	 */
	record Answer(int instance, String key, long asked, long answered, boolean allowed, boolean degraded) {

		long nanos() {
			return this.answered - this.asked;
		}

		/** Whether Redis granted it. */
		boolean granted() {
			return this.allowed && !this.degraded;
		}

		boolean isOnce() {
			return this.key.startsWith(ONCE);
		}

	}

}
