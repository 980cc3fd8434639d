package io.github.ratelimit.benchmarks.redis.outage;

import io.github.ratelimit.Key;
import io.github.ratelimit.Limit;
import io.github.ratelimit.OnStoreFailure;
import io.github.ratelimit.Rate;
import io.github.ratelimit.TimeSource;
import io.github.ratelimit.benchmarks.redis.load.Threads;
import io.github.ratelimit.benchmarks.redis.report.Arguments;
import io.github.ratelimit.benchmarks.redis.report.Criteria;
import io.github.ratelimit.benchmarks.redis.report.Table;
import io.github.ratelimit.benchmarks.redis.server.Polling;
import io.github.ratelimit.benchmarks.redis.server.RedisServer;
import io.github.ratelimit.benchmarks.redis.server.SlowProxy;
import io.github.ratelimit.registry.LimitHandle;
import io.github.ratelimit.store.Charge;
import io.github.ratelimit.store.ChargeDecision;
import io.github.ratelimit.store.StoreObserver;
import io.github.ratelimit.store.memory.MemoryStore;
import io.github.ratelimit.store.redis.RedisStore;
import io.github.ratelimit.store.redis.RedisStoreSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * What instances allow together of a shared limit when answers are late: since the
 * machine is busy, or since Redis is slower than the deadline.
 */
public final class Hardship {

	private static final Key KEY = Key.of("caller");

	private static final int SPINNERS = 6;

	private static final int THREADS = 8;

	private static final long PER_SECOND = 100;

	private static final Duration LEAST = Duration.ofMillis(45);

	private static final Duration MOST = Duration.ofMillis(60);

	private final Criteria criteria;

	private final Table table = new Table("What is allowed when answers are late", "", "instances", "seconds", "asked",
			"allowed", "of bound", "degraded", "warnings");

	private Hardship(Criteria criteria) {
		this.criteria = criteria;
	}

	/**
	 * Measures and prints.
	 * @param args what to measure: busy, slow, delayed or all (all); seconds of each load
	 * (60); rounds of the busy machine (5)
	 */
	public static void main(String[] args) {
		String what = (args.length > 0) ? args[0] : "all";
		int seconds = (args.length > 1) ? Integer.parseInt(args[1]) : 60;
		int rounds = (args.length > 2) ? Integer.parseInt(args[2]) : 5;
		Arguments.begin(Hardship.class, what, seconds, rounds);
		Criteria criteria = new Criteria();
		measure(what, Duration.ofSeconds(seconds), rounds, criteria);
		System.exit(criteria.print() ? 0 : 1);
	}

	static void measure(String what, Duration duration, int rounds, Criteria criteria) {
		Hardship hardship = new Hardship(criteria);
		boolean all = what.equals("all");
		for (int i = 0; (all || what.equals("busy")) && i < rounds; i++) {
			hardship.busy();
		}
		for (int instances = 1; (all || what.equals("slow")) && instances <= 3; instances++) {
			hardship.slow(instances, duration);
		}
		if (all || what.equals("delayed")) {
			for (int millis : new int[] { 100, 400, 40_000 }) {
				hardship.delayed(Duration.ofMillis(millis));
			}
		}
	}

	/** Two fresh instances, and more threads that spin than there are processors. */
	private void busy() {
		Limit limit = Limit.of("busy", Rate.of(200, Duration.ofDays(1)));
		AtomicBoolean ended = new AtomicBoolean();
		try (RedisServer server = RedisServer.start()) {
			Threads.start(SPINNERS, (thread) -> {
				while (!ended.get()) {
					Thread.onSpinWait();
				}
				return thread;
			});
			try (Load load = new Load(limit, server.port(), 2)) {
				load.ask(1_000, 0);
				print("busy machine", load, load.allowed.get() / 200.0);
				this.criteria.add("Busy machine, two fresh instances, 200/d, 1,000 calls: allowed",
						Long.toString(load.allowed.get()), "at most 210", load.allowed.get() <= 210);
			}
		}
		finally {
			ended.set(true);
		}
	}

	/**
	 * Answers come at 45 to 60 ms, and half as much again is asked for as the limit
	 * allows.
	 */
	private void slow(int instances, Duration duration) {
		Limit limit = Limit.of("slow", Rate.of(PER_SECOND, Duration.ofSeconds(1)));
		try (RedisServer server = RedisServer.start(); SlowProxy proxy = SlowProxy.inFrontOf(server)) {
			proxy.delay(LEAST, MOST);
			try (Load load = new Load(limit, proxy.port(), instances)) {
				// each instance asks at one and a half times the rate
				long calls = duration.toSeconds() * PER_SECOND * 3 / 2 * instances;
				load.ask(calls, Duration.ofSeconds(1).toNanos() * THREADS / (PER_SECOND * 3 / 2));
				double bound = PER_SECOND + PER_SECOND * load.seconds;
				double ratio = load.allowed.get() / bound;
				print("answers at 45 to 60 ms", load, ratio);
				this.criteria.add("Answers at 45 to 60 ms, %d instances: allowed of C + r t".formatted(instances),
						Table.figure(ratio, 3), "0.95 to 1.05", ratio >= 0.95 && ratio <= 1.05);
				this.criteria.add("Answers at 45 to 60 ms, %d instances: warnings".formatted(instances),
						load.log.warnings() + " " + load.log.lines(), "at most 1 each instance",
						load.log.warnings() <= instances);
			}
		}
	}

	/** After a while all answers come much later, for 40 s. */
	private void delayed(Duration delay) {
		Limit limit = Limit.of("delayed", Rate.of(500, Duration.ofDays(1)));
		try (RedisServer server = RedisServer.start();
				SlowProxy proxy = SlowProxy.inFrontOf(server);
				Load load = new Load(limit, proxy.port(), 1)) {
			load.ask(50, 0);
			proxy.delay(delay, delay);
			load.ask(40 * 200, Duration.ofSeconds(1).toNanos() * THREADS / 200);
			proxy.delay(Duration.ZERO, Duration.ZERO);
			Polling.sleep(Duration.ofSeconds(8));
			print("answers delayed by " + delay.toMillis() + " ms for 40 s", load, load.allowed.get() / 500.0);
			this.criteria.add("Answers delayed by %d ms for 40 s, 500/d: allowed".formatted(delay.toMillis()),
					Long.toString(load.allowed.get()), "at most 510", load.allowed.get() <= 510);
			this.criteria.add("Answers delayed by %d ms for 40 s: warnings".formatted(delay.toMillis()),
					load.log.warnings() + " " + load.log.lines(), "at most 1 and that of slowness",
					load.log.warnings() <= 2);
		}
	}

	private void print(String what, Load load, double ratio) {
		this.table.row(what, load.stores.size(), Table.figure(load.seconds, 1), load.asked.get(), load.allowed.get(),
				Table.figure(ratio, 3), load.degraded.get(), load.log.warnings());
	}

	/** Fresh instances that are asked for one key by several threads each. */
	private static final class Load implements AutoCloseable {

		private final LimitHandle limit;

		private final List<LettuceConnectionFactory> factories = new ArrayList<>();

		private final List<RedisStore> stores = new ArrayList<>();

		private final WarningLog log = new WarningLog();

		private final AtomicLong asked = new AtomicLong();

		private final AtomicLong allowed = new AtomicLong();

		private final AtomicLong degraded = new AtomicLong();

		private double seconds;

		Load(Limit limit, int port, int instances) {
			this.limit = LimitHandle.of(limit);
			RedisStoreSettings settings = new RedisStoreSettings(RedisStoreSettings.DEFAULT_KEY_PREFIX,
					Duration.ofMillis(50), 1_000, OnStoreFailure.LOCAL, RedisStoreSettings.DEFAULT_SLOT_LEASE);
			for (int i = 0; i < instances; i++) {
				LettuceConnectionFactory factory = new LettuceConnectionFactory(
						new RedisStandaloneConfiguration("127.0.0.1", port),
						LettuceClientConfiguration.builder().build());
				factory.afterPropertiesSet();
				factory.start();
				this.factories.add(factory);
				this.stores.add(RedisStore.create(factory, settings, new MemoryStore(TimeSource.system(), 1_000),
						TimeSource.system(), StoreObserver.NONE));
			}
		}

		/** Asks so many times in all, each thread with a pause from call to call. */
		void ask(long calls, long pauseNanos) {
			AtomicLong left = new AtomicLong(calls);
			long start = System.nanoTime();
			Threads.run(THREADS * this.stores.size(),
					(thread) -> ask(this.stores.get(thread % this.stores.size()), left, pauseNanos));
			this.seconds = (System.nanoTime() - start) / 1e9;
		}

		private void ask(RedisStore store, AtomicLong left, long pauseNanos) {
			long due = System.nanoTime();
			while (left.getAndDecrement() > 0) {
				ChargeDecision decision = store.take(Charge.of(this.limit, KEY, 1));
				this.asked.incrementAndGet();
				this.allowed.addAndGet(decision.isViolated() ? 0 : 1);
				this.degraded.addAndGet(decision.isDegraded() ? 1 : 0);
				due = Math.max(due + pauseNanos, System.nanoTime() - 2 * pauseNanos);
				while (due - System.nanoTime() > 0) {
					LockSupport.parkNanos(due - System.nanoTime());
				}
			}
		}

		@Override
		public void close() {
			this.log.close();
			this.stores.forEach(RedisStore::close);
			this.factories.forEach(LettuceConnectionFactory::destroy);
		}

	}

}
