package io.github.ratelimit.benchmarks.redis.slots;

import io.github.ratelimit.Decision;
import io.github.ratelimit.Key;
import io.github.ratelimit.Limit;
import io.github.ratelimit.OnStoreFailure;
import io.github.ratelimit.Permit;
import io.github.ratelimit.TimeSource;
import io.github.ratelimit.benchmarks.redis.server.LettuceClients;
import io.github.ratelimit.benchmarks.redis.server.Polling;
import io.github.ratelimit.benchmarks.redis.server.RedisServers;
import io.github.ratelimit.benchmarks.redis.server.ServerStats;
import io.github.ratelimit.limiter.ChargeLimiter;
import io.github.ratelimit.limiter.LimiterFailures;
import io.github.ratelimit.limiter.NamedBudgets;
import io.github.ratelimit.limiter.RateLimitListener;
import io.github.ratelimit.queue.WaitingThreadLimit;
import io.github.ratelimit.registry.KillSwitch;
import io.github.ratelimit.registry.LimitHandle;
import io.github.ratelimit.registry.LimitRegistry;
import io.github.ratelimit.store.Charge;
import io.github.ratelimit.store.StoreObserver;
import io.github.ratelimit.store.memory.MemoryStore;
import io.github.ratelimit.store.redis.RedisStore;
import io.github.ratelimit.store.redis.RedisStoreSettings;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import org.springframework.boot.logging.LogLevel;
import org.springframework.boot.logging.LoggingSystem;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * One process of {@link Holders}: its threads take a slot each, hold it for a while and
 * release it, until a line is read. A counter of the process reports to Redis what runs.
 */
final class HolderInstance {

	static final String RUNNING = "running";

	private static final int SHORTEST_MILLIS = 20;

	private static final int LONGEST_MILLIS = 200;

	private HolderInstance() {
	}

	/**
	 * Runs until a line can be read.
	 * @param args the port of Redis, the number of slots, threads, milliseconds of a
	 * lease, the name of the process
	 * @throws Exception if the process is to end
	 */
	public static void main(String[] args) throws Exception {
		LoggingSystem.get(HolderInstance.class.getClassLoader())
			.setLogLevel(LoggingSystem.ROOT_LOGGER_NAME, LogLevel.ERROR);
		int port = Integer.parseInt(args[0]);
		Limit limit = Limit.named("slots").maxConcurrent(Long.parseLong(args[1])).build();
		LettuceConnectionFactory factory = LettuceClients.factory(new Port(port));
		TimeSource time = TimeSource.system();
		RedisStore store = RedisStore.create(factory, settings(Duration.ofMillis(Long.parseLong(args[3]))),
				new MemoryStore(time, 1), time, StoreObserver.NONE);
		LimitRegistry registry = new LimitRegistry();
		LimitHandle handle = registry.register(limit, List.of()).handle();
		ChargeLimiter limiter = new ChargeLimiter(store, NamedBudgets.NONE, new KillSwitch(true),
				new LimiterFailures(time), time, RateLimitListener.NONE, WaitingThreadLimit.NONE);
		AtomicBoolean over = new AtomicBoolean();
		Thread[] threads = new Thread[Integer.parseInt(args[2])];
		for (int i = 0; i < threads.length; i++) {
			threads[i] = new Thread(() -> hold(limiter, handle, port, args[4], over));
			threads[i].start();
		}
		System.out.println("ready");
		System.in.read();
		over.set(true);
		for (Thread thread : threads) {
			thread.join();
		}
		store.close();
		factory.destroy();
		System.exit(0);
	}

	private static RedisStoreSettings settings(Duration lease) {
		return new RedisStoreSettings(RedisStoreSettings.DEFAULT_KEY_PREFIX, Duration.ofMillis(50), 100_000,
				OnStoreFailure.LOCAL, lease);
	}

	private static void hold(ChargeLimiter limiter, LimitHandle limit, int port, String name, AtomicBoolean over) {
		try (var connection = LettuceClients.create(port).connect()) {
			while (!over.get()) {
				Decision decision = limiter.tryAcquire(Charge.of(limit, Key.GLOBAL, 1));
				if (decision.isDegraded() || !decision.isAllowed()) {
					Polling.sleep(Duration.ofMillis(ThreadLocalRandom.current().nextInt(5, 20)));
					if (decision.isDegraded() && decision.isAllowed()) {
						decision.permit().close();
					}
					continue;
				}
				try (Permit permit = decision.permit()) {
					connection.sync().hincrby(RUNNING, name, 1);
					Polling
						.sleep(Duration.ofMillis(ThreadLocalRandom.current().nextInt(SHORTEST_MILLIS, LONGEST_MILLIS)));
					connection.sync().hincrby(RUNNING, name, -1);
				}
			}
		}
	}

	private record Port(int port) implements RedisServers {

		@Override
		public boolean isCluster() {
			return false;
		}

		@Override
		public ServerStats stats() {
			throw new UnsupportedOperationException("Ask the process that started the server");
		}

		@Override
		public void close() {
		}

	}

}
