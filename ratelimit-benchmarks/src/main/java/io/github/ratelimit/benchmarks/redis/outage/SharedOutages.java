package io.github.ratelimit.benchmarks.redis.outage;

import io.github.ratelimit.Key;
import io.github.ratelimit.Limit;
import io.github.ratelimit.OnStoreFailure;
import io.github.ratelimit.Rate;
import io.github.ratelimit.TimeSource;
import io.github.ratelimit.benchmarks.redis.load.Threads;
import io.github.ratelimit.benchmarks.redis.report.Criteria;
import io.github.ratelimit.benchmarks.redis.report.Table;
import io.github.ratelimit.benchmarks.redis.server.LettuceClients;
import io.github.ratelimit.benchmarks.redis.server.Polling;
import io.github.ratelimit.benchmarks.redis.server.RedisServer;
import io.github.ratelimit.registry.LimitHandle;
import io.github.ratelimit.store.Charge;
import io.github.ratelimit.store.ChargeDecision;
import io.github.ratelimit.store.StoreObserver;
import io.github.ratelimit.store.memory.MemoryStore;
import io.github.ratelimit.store.redis.RedisStore;
import io.github.ratelimit.store.redis.RedisStoreSettings;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * What three instances allow together of a limit of 100/s that gets three times as many
 * calls, while Redis is killed for a third of the time and restarts empty, or fails and
 * recovers all the time; and how many slots one instance has at once meanwhile.
 */
final class SharedOutages {

	private static final int INSTANCES = 3;

	private static final long PER_SECOND = 100;

	private static final LimitHandle LIMIT = LimitHandle
		.of(Limit.of("limit", Rate.of(PER_SECOND, Duration.ofSeconds(1))));

	private static final LimitHandle SLOTS = LimitHandle.of(Limit.named("slots").maxConcurrent(5).build());

	private static final Key KEY = Key.of("caller");

	private static final Duration CONNECTING = Duration.ofSeconds(30);

	private static final Duration FLAP = Duration.ofMillis(700);

	private static final double MOST = 1.1;

	private static final double LEAST = 0.9;

	private SharedOutages() {
	}

	static void measure(Duration duration, Criteria criteria) {
		Duration third = duration.dividedBy(3);
		Table table = new Table("What three instances allow of 100/s while Redis comes and goes", "Redis is", "seconds",
				"asked", "allowed", "of bound", "without Redis", "allowed", "episodes", "warnings");
		measure("killed for a third of the time", table, criteria, (server) -> {
			Polling.sleep(third);
			server.kill();
			Polling.sleep(third);
			server.startAgain();
			Polling.sleep(third);
			return 1;
		});
		measure("paused every 0.7 s", table, criteria, (server) -> flap(server, false, duration));
		measure("killed every 0.7 s", table, criteria, (server) -> flap(server, true, duration));
		slots(third, criteria);
	}

	/** Returns how often Redis was away. */
	private static long flap(RedisServer server, boolean killed, Duration duration) {
		long flaps = duration.toMillis() / (2 * FLAP.toMillis());
		for (long i = 0; i < flaps; i++) {
			if (killed) {
				server.kill();
				Polling.sleep(FLAP);
				server.startAgain();
			}
			else {
				server.pause();
				Polling.sleep(FLAP);
				server.resume();
			}
			Polling.sleep(FLAP);
		}
		return flaps;
	}

	private static void measure(String name, Table table, Criteria criteria, Trouble trouble) {
		try (RedisServer server = RedisServer.start();
				WarningLog log = new WarningLog();
				Instances instances = new Instances(server, INSTANCES)) {
			instances.awaitAll();
			Load load = new Load(instances);
			long start = System.nanoTime();
			long episodes = during(Load.THREADS * INSTANCES, load, () -> trouble.happen(server));
			double seconds = (System.nanoTime() - start) / 1e9;
			double ratio = load.allowed.get() / (PER_SECOND + PER_SECOND * seconds);
			table.row(name, Table.figure(seconds, 1), Long.toString(load.asked.get()),
					Long.toString(load.allowed.get()), Table.figure(ratio, 3), Long.toString(load.degraded.get()),
					Long.toString(load.allowedDegraded.get()), Long.toString(episodes), Long.toString(log.warnings()));
			criteria.add("Three instances, Redis is " + name + ": allowed of C + r t", Table.figure(ratio, 3),
					LEAST + " to " + MOST, ratio >= LEAST && ratio <= MOST);
			criteria.add("Three instances, Redis is " + name + ": warnings",
					"%d in %d episodes".formatted(log.warnings(), episodes), "at most 1 an instance and episode",
					log.warnings() <= INSTANCES * episodes);
		}
	}

	/**
	 * One instance that is asked for slots by twelve threads, which hold them for a
	 * while.
	 */
	private static void slots(Duration duration, Criteria criteria) {
		for (boolean killed : new boolean[] { true, false }) {
			try (RedisServer server = RedisServer.start(); Instances instances = new Instances(server, 1)) {
				instances.awaitAll();
				SlotLoad load = new SlotLoad(instances.stores.get(0));
				during(SlotLoad.THREADS, load, () -> flap(server, killed, duration));
				criteria.add(
						"One instance, 5 slots, Redis is " + (killed ? "killed" : "paused") + " every 0.7 s: at once",
						load.most.get() + " (" + load.given.get() + " given)", "1 to " + SLOTS.limit().capacity(),
						load.most.get() <= SLOTS.limit().capacity() && load.most.get() > 0);
			}
		}
	}

	/** Runs a load while something happens, and returns how often Redis was away. */
	private static long during(int threads, Ongoing load, LongSupplier trouble) {
		AtomicBoolean ending = new AtomicBoolean();
		Threads<Integer> running = Threads.start(threads, (thread) -> {
			load.run(thread, () -> !ending.get());
			return thread;
		});
		long episodes = trouble.getAsLong();
		ending.set(true);
		running.join();
		return episodes;
	}

	private interface Ongoing {

		void run(int thread, BooleanSupplier goesOn);

	}

	private interface Trouble {

		/** Returns how often Redis was away. */
		long happen(RedisServer server);

	}

	/** Stores that share limits. */
	private static final class Instances implements AutoCloseable {

		private final List<LettuceConnectionFactory> factories = new ArrayList<>();

		private final List<RedisStore> stores = new ArrayList<>();

		Instances(RedisServer server, int count) {
			RedisStoreSettings settings = new RedisStoreSettings(RedisStoreSettings.DEFAULT_KEY_PREFIX,
					Duration.ofMillis(50), 1_000, OnStoreFailure.SHARE, RedisStoreSettings.DEFAULT_SLOT_LEASE);
			for (int i = 0; i < count; i++) {
				LettuceConnectionFactory factory = LettuceClients.factory(server);
				this.factories.add(factory);
				this.stores.add(RedisStore.create(factory, settings, new MemoryStore(TimeSource.system(), 1_000),
						TimeSource.system(), StoreObserver.NONE));
			}
		}

		void awaitAll() {
			Polling.until(CONNECTING, () -> "all instances decide in Redis and know of each other",
					() -> this.stores.stream()
						.allMatch((store) -> store.instances() == this.stores.size()
								&& !store.take(Charge.of(LIMIT, Key.of("warms"), 0)).isDegraded()));
		}

		@Override
		public void close() {
			this.stores.forEach(RedisStore::close);
			this.factories.forEach(LettuceConnectionFactory::destroy);
		}

	}

	/** Four threads for each instance, each of which asks 25 times a second. */
	private static final class Load implements Ongoing {

		private static final int THREADS = 4;

		private static final long PAUSE_NANOS = Duration.ofSeconds(1).toNanos() / 25;

		private final Instances instances;

		private final AtomicLong asked = new AtomicLong();

		private final AtomicLong allowed = new AtomicLong();

		private final AtomicLong degraded = new AtomicLong();

		private final AtomicLong allowedDegraded = new AtomicLong();

		Load(Instances instances) {
			this.instances = instances;
		}

		@Override
		public void run(int thread, BooleanSupplier goesOn) {
			RedisStore store = this.instances.stores.get(thread % INSTANCES);
			long due = System.nanoTime();
			while (goesOn.getAsBoolean()) {
				due = Math.max(due + PAUSE_NANOS, System.nanoTime() - 2 * PAUSE_NANOS);
				ChargeDecision decision = store.take(Charge.of(LIMIT, KEY, 1));
				this.asked.incrementAndGet();
				this.allowed.addAndGet(decision.isViolated() ? 0 : 1);
				this.degraded.addAndGet(decision.isDegraded() ? 1 : 0);
				this.allowedDegraded.addAndGet(decision.isDegraded() && !decision.isViolated() ? 1 : 0);
				while (due - System.nanoTime() > 0) {
					LockSupport.parkNanos(due - System.nanoTime());
				}
			}
		}

	}

	/** Twelve threads that take slots and give them back. */
	private static final class SlotLoad implements Ongoing {

		private static final int THREADS = 12;

		private final RedisStore store;

		private final AtomicInteger underWay = new AtomicInteger();

		private final AtomicInteger most = new AtomicInteger();

		private final AtomicLong given = new AtomicLong();

		SlotLoad(RedisStore store) {
			this.store = store;
		}

		@Override
		public void run(int thread, BooleanSupplier goesOn) {
			Deque<ChargeDecision> held = new ArrayDeque<>();
			while (goesOn.getAsBoolean()) {
				ChargeDecision decision = this.store.take(Charge.of(SLOTS, KEY, 1));
				if (!decision.isViolated()) {
					this.most.accumulateAndGet(this.underWay.incrementAndGet(), Math::max);
					this.given.incrementAndGet();
					held.add(decision);
				}
				Polling.sleep(Duration.ofMillis(5 + 17L * (thread % 4)));
				end(held.poll());
			}
			held.forEach(this::end);
		}

		private void end(ChargeDecision held) {
			if (held != null) {
				this.underWay.decrementAndGet();
				this.store.giveBack(held);
			}
		}

	}

}
