package io.github.ratelimit.benchmarks;

import io.github.ratelimit.Key;
import io.github.ratelimit.Limit;
import io.github.ratelimit.OnStoreFailure;
import io.github.ratelimit.Rate;
import io.github.ratelimit.TimeSource;
import io.github.ratelimit.actuate.RateLimitsEndpoint;
import io.github.ratelimit.actuate.RecentCounts;
import io.github.ratelimit.limiter.LimiterFailures;
import io.github.ratelimit.limiter.StoreRateLimiter;
import io.github.ratelimit.registry.KillSwitch;
import io.github.ratelimit.registry.LimitChanges;
import io.github.ratelimit.registry.LimitRegistry;
import io.github.ratelimit.store.LimitStore;
import io.github.ratelimit.store.StoreObserver;
import io.github.ratelimit.store.memory.MemoryStore;
import io.github.ratelimit.store.redis.RedisStore;
import io.github.ratelimit.store.redis.RedisStoreSettings;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.function.Supplier;
import org.springframework.boot.actuate.endpoint.Show;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import tools.jackson.databind.json.JsonMapper;

/**
 * Processor time of a request to the endpoint while a limit has many keys: of the first
 * one of its kind, and of those after it. With the JSON, without HTTP; of all threads of
 * the application, without the compiler and the collector.
 */
public final class EndpointCost {

	private static final String LIMIT = "limit";

	private static final int TIMES = 50;

	private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

	private final Random random = new Random(7);

	private final JsonMapper json = JsonMapper.builder().build();

	private final LimitRegistry registry = new LimitRegistry();

	private final KillSwitch killSwitch = new KillSwitch(true);

	private final LimitStore store;

	private final RateLimitsEndpoint endpoint;

	private final int keys;

	private EndpointCost(LimitStore store, int keys) {
		this.registry.register(Limit.of(LIMIT, Rate.of(10, Duration.ofDays(1))), List.of());
		this.store = store;
		this.keys = keys;
		this.endpoint = new RateLimitsEndpoint(this.registry, store, this.killSwitch, null,
				LimitChanges.ofInstance(this.registry, this.killSwitch), new RecentCounts(this.registry), Show.NEVER);
	}

	/**
	 * Measures and prints.
	 * @param args how many keys, 1,000,000 by default; the port of an empty Redis on this
	 * machine, without one the keys are in memory
	 */
	public static void main(String[] args) {
		int keys = (args.length > 0) ? Integer.parseInt(args[0]) : 1_000_000;
		Machine.print(EndpointCost.class, (Object[]) args);
		if (args.length < 2) {
			new EndpointCost(new MemoryStore(TimeSource.system(), keys), keys).measure();
			return;
		}
		RedisStoreSettings settings = new RedisStoreSettings("bench" + System.nanoTime(), Duration.ofSeconds(1), keys,
				OnStoreFailure.SHARE);
		try (RedisStore store = RedisStore.create(new LettuceConnectionFactory("127.0.0.1", Integer.parseInt(args[1])),
				settings, new MemoryStore(TimeSource.system(), 100), TimeSource.system(), StoreObserver.NONE)) {
			store.warmUp();
			new EndpointCost(store, keys).measure();
		}
	}

	private void measure() {
		System.out.println("| request | first, ms | next, ms |");
		System.out.println("|---|---|---|");
		print("all limits, no keys yet", () -> this.endpoint.rateLimits(true));
		StoreRateLimiter limiter = StoreRateLimiter.create(this.registry, this.store, this.killSwitch,
				new LimiterFailures(TimeSource.system()));
		for (int i = 0; i < this.keys; i++) {
			limiter.tryAcquire(LIMIT, text(i));
		}
		long tracked = this.store.trackedKeys(this.registry.get(LIMIT).handle());
		print("all limits", () -> this.endpoint.rateLimits(true));
		print("50 keys", () -> this.endpoint.limit(LIMIT, null, null, null));
		print("1,000 keys", () -> this.endpoint.limit(LIMIT, null, 1000, null));
		print("a key by its id", () -> found(this.endpoint.key(LIMIT, Key.of(text(any())).id())));
		print("an id that no key has", () -> this.endpoint.key(LIMIT, Key.of("stranger" + any()).id()));
		print("a key by its text", () -> found(this.endpoint.key(LIMIT, text(any()))));
		print("reset of a key by its id", () -> this.endpoint.reset(LIMIT, Key.of(text(any())).id()));
		long before = nanos();
		this.endpoint.resetAll(LIMIT);
		System.out.printf(Locale.ROOT, "| reset of all | %.2f | |%n", (nanos() - before) / 1e6);
		System.out.printf("%d keys in %s, %d requests of each kind%n", tracked, this.store.type(), TIMES);
	}

	private static String text(int i) {
		return "sk-live-%012d".formatted(i);
	}

	private int any() {
		return this.random.nextInt(this.keys);
	}

	private static Object found(Object key) {
		if (key == null) {
			throw new IllegalStateException("A key was not found");
		}
		return key;
	}

	private void print(String request, Supplier<Object> answer) {
		double first = millis(answer);
		List<Double> next = new ArrayList<>();
		for (int i = 1; i < TIMES; i++) {
			next.add(millis(answer));
		}
		System.out.printf(Locale.ROOT, "| %s | %.2f | %s |%n", request, first, Spread.of(next));
	}

	private double millis(Supplier<Object> answer) {
		long before = nanos();
		this.json.writeValueAsBytes(answer.get());
		return (nanos() - before) / 1e6;
	}

	private static long nanos() {
		long nanos = 0;
		for (long thread : THREADS.getAllThreadIds()) {
			nanos += Math.max(0, THREADS.getThreadCpuTime(thread));
		}
		return nanos;
	}

}
