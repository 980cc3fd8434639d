package io.github.ratelimit.benchmarks.redis.limiter;

import io.github.ratelimit.Decision;
import io.github.ratelimit.Key;
import io.github.ratelimit.Limit;
import io.github.ratelimit.OnStoreFailure;
import io.github.ratelimit.Rate;
import io.github.ratelimit.RateLimiter;
import io.github.ratelimit.TimeSource;
import io.github.ratelimit.benchmarks.redis.server.LettuceClients;
import io.github.ratelimit.benchmarks.redis.server.Polling;
import io.github.ratelimit.limiter.ChargeLimiter;
import io.github.ratelimit.limiter.LimiterFailures;
import io.github.ratelimit.limiter.NamedBudgets;
import io.github.ratelimit.limiter.RateLimitListener;
import io.github.ratelimit.limiter.StoreRateLimiter;
import io.github.ratelimit.queue.WaitingThreadLimit;
import io.github.ratelimit.registry.KillSwitch;
import io.github.ratelimit.registry.LimitHandle;
import io.github.ratelimit.registry.LimitRegistry;
import io.github.ratelimit.registry.LimitSettings;
import io.github.ratelimit.store.Charge;
import io.github.ratelimit.store.KeyState;
import io.github.ratelimit.store.StoreObserver;
import io.github.ratelimit.store.memory.MemoryStore;
import io.github.ratelimit.store.redis.RedisStore;
import io.github.ratelimit.store.redis.RedisStoreSettings;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * One instance of an application that shares its limits through {@link RedisStore}, from
 * the name of the limit and the text of the key to the decision, with the settings that
 * hold by default. A key {@code user/17} is the key {@code 17} of the limit {@code user};
 * without a slash it is one of the limit {@code limit}.
 */
public final class OurLimiter implements RemoteLimiter {

	/** The limit of keys that name none. */
	static final String LIMIT = "limit";

	private static final List<String> LIMITS = List.of(LIMIT, "global", "address", "user", "tokens", "budget");

	private static final Duration LEASE = Duration.ofMillis(100);

	private static final Duration CONNECTING = Duration.ofSeconds(20);

	/** So many keys are on every node of a small cluster. */
	private static final int WARMING_KEYS = 64;

	private static final int STAND_IN_KEYS = 100_000;

	private final LettuceConnectionFactory factory;

	private final RedisStore store;

	private final LimitRegistry registry = new LimitRegistry();

	private final ChargeLimiter charges;

	private final RateLimiter limiter;

	/**
	 * Opens an instance and waits until it decides in Redis.
	 * @param factory the connections of the application, closed with the instance
	 * @param setup how it is set up
	 */
	public OurLimiter(LettuceConnectionFactory factory, Setup setup) {
		TimeSource time = setup.clockOffset().isZero() ? TimeSource.system() : new OffsetTime(setup.clockOffset());
		String prefix = setup.leases().isEmpty() ? RedisStoreSettings.DEFAULT_KEY_PREFIX : "leased";
		RedisStoreSettings settings = new RedisStoreSettings(prefix, setup.deadline(), 100_000, OnStoreFailure.LOCAL,
				RedisStoreSettings.DEFAULT_SLOT_LEASE);
		setup.quotas()
			.forEach((name, quota) -> this.registry.register(
					LimitSettings.of(Limit.of(name, rate(quota))).withLease(setup.leases().get(name)), List.of()));
		this.factory = factory;
		this.store = RedisStore.create(this.factory, settings, new MemoryStore(time, STAND_IN_KEYS), time,
				StoreObserver.NONE);
		this.charges = new ChargeLimiter(this.store, NamedBudgets.NONE, new KillSwitch(true), new LimiterFailures(time),
				time, RateLimitListener.NONE, WaitingThreadLimit.NONE);
		this.limiter = new StoreRateLimiter(this.registry, NamedBudgets.NONE, this.charges);
		String limit = setup.quotas().keySet().iterator().next();
		for (int i = 0; i < WARMING_KEYS; i++) {
			String key = limit + "/warming-" + i;
			Polling.until(CONNECTING, () -> "a decision in Redis", () -> !decide(key).isDegraded());
		}
	}

	static RemoteLimiter plain(Instance instance) {
		return open(instance, Map.of());
	}

	static RemoteLimiter withLease(Instance instance) {
		return open(instance, Map.of(LIMIT, LEASE));
	}

	private static RemoteLimiter open(Instance instance, Map<String, Duration> leases) {
		return new OurLimiter(LettuceClients.factory(instance.servers()),
				new Setup(everyLimit(instance.quota()), leases, Duration.ofMillis(50), instance.clockOffset()));
	}

	/** The limits that one decision may be about, all with the same quota. */
	public static Map<String, Quota> everyLimit(Quota quota) {
		Map<String, Quota> quotas = new TreeMap<>();
		LIMITS.forEach((limit) -> quotas.put(limit, quota));
		return quotas;
	}

	private static Rate rate(Quota quota) {
		Rate rate = (quota.perSecond() > 0) ? Rate.of(quota.perSecond(), Duration.ofSeconds(1))
				: Rate.of(1, Duration.ofHours(1));
		return rate.withBurst(quota.capacity());
	}

	/** Asks for one permit of a key. */
	public Decision decide(String key) {
		int slash = key.indexOf('/');
		return (slash < 0) ? this.limiter.tryAcquire(LIMIT, key)
				: this.limiter.tryAcquire(key.substring(0, slash), key.substring(slash + 1));
	}

	@Override
	public boolean tryAcquire(String key) {
		return allowed(decide(key));
	}

	@Override
	public boolean tryAcquireAll(List<String> keys) {
		List<Charge> charges = new ArrayList<>(keys.size());
		for (String key : keys) {
			charges.add(Charge.of(limit(key), key(key), 1));
		}
		return allowed(this.charges.tryAcquire(charges));
	}

	private LimitHandle limit(String key) {
		return this.registry.get((key.indexOf('/') < 0) ? LIMIT : key.substring(0, key.indexOf('/'))).handle();
	}

	private static Key key(String key) {
		return Key.of(key.substring(key.indexOf('/') + 1));
	}

	private static boolean allowed(Decision decision) {
		if (decision.isDegraded()) {
			throw DegradedDecisionException.INSTANCE;
		}
		return decision.isAllowed();
	}

	/** Returns how many permits Redis lacks of a full bucket of a key. */
	public long missing(String key) {
		LimitHandle limit = limit(key);
		long capacity = limit.limit().capacity();
		return capacity - this.store.find(limit, key(key)).map(KeyState::remaining).orElse(capacity);
	}

	@Override
	public void close() {
		this.store.close();
		this.factory.destroy();
	}

	/**
	 * How an instance is set up.
	 *
	 * @param quotas the limits
	 * @param leases how long limits take permits in advance for, by name
	 * @param deadline how long a decision may take
	 * @param clockOffset by how much the clock of its machine is ahead
	 */
	public record Setup(Map<String, Quota> quotas, Map<String, Duration> leases, Duration deadline,
			Duration clockOffset) {

		private static final Duration PATIENCE = Duration.ofSeconds(10);

		public static Setup of(Map<String, Quota> quotas) {
			return new Setup(quotas, Map.of(), Duration.ofMillis(50), Duration.ZERO);
		}

		/**
		 * The same with a deadline that even a busy machine keeps, where something is
		 * counted that a missed one would change.
		 */
		public Setup patient() {
			return new Setup(this.quotas, this.leases, PATIENCE, this.clockOffset);
		}

	}

	/** The time of a machine whose wall clock is wrong. */
	private record OffsetTime(Duration offset) implements TimeSource {

		@Override
		public long nanoTime() {
			return System.nanoTime() + this.offset.toNanos();
		}

		@Override
		public Instant wallTime() {
			return Instant.now().plus(this.offset);
		}

	}

}
