package io.github.ratelimit.benchmarks.redis.outage;

import io.github.ratelimit.Key;
import io.github.ratelimit.Limit;
import io.github.ratelimit.OnStoreFailure;
import io.github.ratelimit.Rate;
import io.github.ratelimit.TimeSource;
import io.github.ratelimit.benchmarks.redis.limiter.Instance;
import io.github.ratelimit.benchmarks.redis.load.Threads;
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
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * The outcome of 1,000 calls that reserved 10 tokens and cost 60, and end during an
 * outage of Redis: all of it is charged after the outage.
 */
final class Settlements {

	private static final int CALLS = 1_000;

	private static final int KEYS = 50;

	private static final int THREADS = 4;

	private static final int RESERVED = 10;

	private static final int COST = 60;

	private static final Duration BACK = Duration.ofSeconds(30);

	/** Gains nothing meanwhile. */
	private static final LimitHandle TOKENS = LimitHandle
		.of(Limit.of("tokens", Rate.parse("36500/36500d burst 10000")));

	private Settlements() {
	}

	static void measure(Criteria criteria) {
		Table table = new Table("What calls cost that end while Redis cannot be told", "Redis is", "calls", "cost",
				"charged", "lost", "warnings");
		measure("cut off", table, criteria, SlowProxy::cut, (proxy, replica) -> proxy.mend());
		measure("READONLY", table, criteria, (proxy) -> run(proxy, "REPLICAOF 127.0.0.1 1"),
				(proxy, replica) -> run(proxy, "REPLICAOF NO ONE"));
		measure("OOM", table, criteria, (proxy) -> run(proxy, "CONFIG SET maxmemory 1"),
				(proxy, replica) -> run(proxy, "CONFIG SET maxmemory 0"));
		measure("failing over to its replica", table, criteria, SlowProxy::cut, (proxy, replica) -> {
			replica.command("REPLICAOF NO ONE");
			proxy.leadTo(replica);
			proxy.mend();
		});
	}

	private static void run(SlowProxy proxy, String command) {
		proxy.server().command(command);
	}

	private static void measure(String name, Table table, Criteria criteria, Begin begin, End end) {
		try (RedisServer server = RedisServer.start();
				RedisServer replica = RedisServer.start("--replicaof", "127.0.0.1 " + server.port());
				SlowProxy proxy = SlowProxy.inFrontOf(server);
				WarningLog log = new WarningLog();
				Instance instance = new Instance(proxy.port())) {
			List<ChargeDecision> taken = instance.take();
			server.awaitReplica();
			begin.begin(proxy);
			instance.settle(taken);
			end.end(proxy, replica);
			long charged = instance.awaitCharged();
			long lost = ((long) CALLS * COST - charged) / (COST - RESERVED);
			table.row(name, CALLS, CALLS * COST, charged, lost, log.warnings());
			criteria.add("Redis is " + name + ": settlements lost of " + CALLS, Long.toString(lost), "0",
					charged == (long) CALLS * COST);
			criteria.add("Redis is " + name + ": warnings", log.warnings() + " in one episode", "at most 1",
					log.warnings() <= 1);
		}
	}

	private interface Begin {

		void begin(SlowProxy proxy);

	}

	private interface End {

		void end(SlowProxy proxy, RedisServer replica);

	}

	private static final class Instance implements AutoCloseable {

		private final LettuceConnectionFactory factory;

		private final RedisStore store;

		Instance(int port) {
			this.factory = new LettuceConnectionFactory(new RedisStandaloneConfiguration("127.0.0.1", port),
					LettuceClientConfiguration.builder().build());
			this.factory.afterPropertiesSet();
			this.factory.start();
			RedisStoreSettings settings = new RedisStoreSettings(RedisStoreSettings.DEFAULT_KEY_PREFIX,
					Duration.ofMillis(50), 1_000, OnStoreFailure.SHARE, RedisStoreSettings.DEFAULT_SLOT_LEASE);
			this.store = RedisStore.create(this.factory, settings, new MemoryStore(TimeSource.system(), 1_000),
					TimeSource.system(), StoreObserver.NONE);
		}

		private ChargeDecision take(int call, int permits) {
			return this.store.take(Charge.of(TOKENS, Key.of("caller" + call % KEYS), permits));
		}

		private boolean isAnswered(int call) {
			return !take(call, 0).isDegraded();
		}

		List<ChargeDecision> take() {
			Polling.until(BACK, () -> "Redis answers", () -> isAnswered(KEYS));
			List<ChargeDecision> taken = new ArrayList<>();
			for (int i = 0; i < CALLS; i++) {
				taken.add(take(i, RESERVED));
			}
			return taken;
		}

		void settle(List<ChargeDecision> taken) {
			Threads.run(THREADS, (first) -> {
				for (int next = first; next < taken.size(); next += THREADS) {
					this.store.settle(taken.get(next), COST);
				}
			});
		}

		/** Waits until all is charged, or a while, and returns what is. */
		long awaitCharged() {
			long until = System.nanoTime() + BACK.toNanos();
			Polling.until(BACK, () -> "Redis answers", () -> isAnswered(KEYS));
			long charged = charged();
			while (charged != (long) CALLS * COST && System.nanoTime() - until < 0) {
				Polling.sleep(Duration.ofMillis(100));
				charged = charged();
			}
			return charged;
		}

		private long charged() {
			long charged = 0;
			for (int i = 0; i < KEYS; i++) {
				charged += TOKENS.limit().capacity() - take(i, 0).remaining();
			}
			return charged;
		}

		@Override
		public void close() {
			this.store.close();
			this.factory.destroy();
		}

	}

}
