package io.github.ratelimit.store.redis;

import io.github.ratelimit.Charge;
import io.github.ratelimit.Key;
import io.github.ratelimit.KeyPage;
import io.github.ratelimit.KeyState;
import io.github.ratelimit.Limit;
import io.github.ratelimit.LimitDecision;
import io.github.ratelimit.LimitStore;
import io.github.ratelimit.StoreObserver;
import io.github.ratelimit.TimeSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.data.redis.connection.RedisConnectionFactory;

/**
 * {@link LimitStore} that shares permits through Redis. A decision is one call of a
 * script that runs within Redis, by its clock, over all limits at once; on a cluster,
 * limits in different slots are looked at first, then taken. It takes no longer than the
 * deadline: after it, and while Redis fails, each limit decides by its own
 * {@link io.github.ratelimit.OnStoreFailure}.
 * <p>
 * Thread-safe. Counters of keys, and how many keys there are, are those of this instance.
 */
public final class RedisStore implements LimitStore, AutoCloseable {

	private static final Log logger = LogFactory.getLog(RedisStore.class);

	private final RedisScripts redis;

	private final RedisStoreSettings settings;

	private final TimeSource time;

	private final RedisKeys names;

	private final Nodes nodes;

	private final Decisions decisions;

	private final Lookups lookups;

	private final Leases leases;

	private final long deadlineNanos;

	private final ConcurrentMap<String, KnownKeys> known = new ConcurrentHashMap<>();

	private final ConcurrentMap<String, LevelScale> scales = new ConcurrentHashMap<>();

	private final ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor((task) -> {
		Thread thread = new Thread(task, "ratelimit-redis");
		thread.setDaemon(true);
		return thread;
	});

	RedisStore(RedisScripts redis, Scripts scripts, RedisStoreSettings settings, LimitStore local, TimeSource time,
			StoreObserver observer) {
		this.redis = redis;
		this.settings = settings;
		this.time = time;
		this.names = new RedisKeys(settings.keyPrefix());
		this.nodes = new Nodes(redis, scripts.probe(), this.names, this.scheduler, time, observer,
				settings.describeFailurePolicies());
		this.lookups = new Lookups(redis, scripts, this.names, time);
		this.leases = new LeasesInRedis(redis, scripts, this.nodes, time, this.scheduler);
		this.deadlineNanos = settings.deadline().toNanos();
		this.decisions = new Decisions(redis, scripts, this.nodes, new StandIn(local, settings), time,
				this.deadlineNanos);
	}

	/**
	 * Creates a store and begins to connect it, in the background.
	 * @param connectionFactory the application's connections; Lettuce's are not used, but
	 * others made to where they go
	 * @param settings how to behave
	 * @param standIn counts for this instance alone while Redis fails
	 * @param time the time of this instance; that of permits is Redis's
	 * @param observer is told how Redis does
	 * @return the store, to be closed
	 */
	public static RedisStore create(RedisConnectionFactory connectionFactory, RedisStoreSettings settings,
			LimitStore standIn, TimeSource time, StoreObserver observer) {
		Scripts scripts = Scripts.load();
		return new RedisStore(
				Clients.scripts(connectionFactory, scripts.take(), scripts.takeMany(), scripts.giveBack()), scripts,
				settings, standIn, time, observer);
	}

	/**
	 * Checks that a limit can be counted exactly.
	 * @param limit a limit
	 * @throws IllegalArgumentException if its numbers are too fine, saying which and what
	 * to write instead
	 */
	public void check(Limit limit) {
		scale(limit);
	}

	@Override
	public LimitDecision take(Charge charge) {
		long start = this.time.nanoTime();
		KnownKeys keys = known(charge.limit());
		KnownKey key = keys.get(charge.key(), start);
		LevelScale scale = scale(charge.limit());
		LimitDecision decision = decideWithoutAsking(charge, key, scale, start);
		if (decision == null) {
			decision = this.decisions.take(charge, key, scale, start);
			if (keys.lease() != null && !decision.violated() && !decision.isDegraded()) {
				key.lease(this.leases, keys.lease()).granted(scale, start);
			}
		}
		key.count(decision.violated(), start);
		return decision;
	}

	private static @Nullable LimitDecision decideWithoutAsking(Charge charge, KnownKey key, LevelScale scale,
			long now) {
		KeyLease lease = key.lease();
		LimitDecision leased = (lease != null) ? lease.take(charge, scale, now) : null;
		return (leased != null) ? leased : key.refusedWithoutAsking(charge, scale, now);
	}

	@Override
	public List<LimitDecision> takeAll(List<Charge> charges) {
		if (charges.isEmpty()) {
			return List.of();
		}
		if (charges.size() == 1) {
			return List.of(take(charges.get(0)));
		}
		long start = this.time.nanoTime();
		KnownKey[] keys = new KnownKey[charges.size()];
		LevelScale[] limits = new LevelScale[charges.size()];
		for (int i = 0; i < keys.length; i++) {
			keys[i] = known(charges.get(i).limit()).get(charges.get(i).key(), start);
			limits[i] = scale(charges.get(i).limit());
		}
		List<LimitDecision> decisions = refusedWithoutAsking(charges, keys, limits, start);
		if (decisions == null) {
			decisions = this.decisions.takeAll(charges, keys, limits, start);
		}
		count(decisions, keys, start);
		return decisions;
	}

	private static void count(List<LimitDecision> decisions, KnownKey[] keys, long now) {
		boolean granted = decisions.stream().noneMatch(LimitDecision::violated);
		for (int i = 0; i < keys.length; i++) {
			if (granted || decisions.get(i).violated()) {
				keys[i].count(!granted, now);
			}
			else {
				keys[i].seen(now);
			}
		}
	}

	/**
	 * Returns null unless one limit certainly refuses and something is known of all
	 * others.
	 */
	private static @Nullable List<LimitDecision> refusedWithoutAsking(List<Charge> charges, KnownKey[] keys,
			LevelScale[] scales, long now) {
		List<LimitDecision> decisions = null;
		for (int i = 0; i < keys.length; i++) {
			LimitDecision refused = keys[i].refusedWithoutAsking(charges.get(i), scales[i], now);
			if (refused != null) {
				decisions = (decisions != null) ? decisions : new ArrayList<>(Collections.nCopies(keys.length, null));
				decisions.set(i, refused);
			}
		}
		for (int i = 0; decisions != null && i < keys.length; i++) {
			if (decisions.get(i) == null) {
				LimitDecision there = keys[i].thereWithoutAsking(charges.get(i), scales[i], now);
				if (there == null) {
					return null;
				}
				decisions.set(i, there);
			}
		}
		return decisions;
	}

	@Override
	public void giveBack(LimitDecision taken) {
		if (taken.receipt() instanceof SeenState state && state.scale() != this.scales.get(taken.limit().name())) {
			return;
		}
		this.decisions.giveBack(taken, known(taken.limit()).get(taken.key(), this.time.nanoTime()));
	}

	@Override
	public void settle(LimitDecision taken, long actual) {
		throw new UnsupportedOperationException("to be built");
	}

	@Override
	public long forgivenPermits(Limit limit) {
		return 0;
	}

	@Override
	public Optional<KeyState> find(Limit limit, String keyId) {
		return Key.isId(keyId) ? this.lookups.find(scale(limit), known(limit), keyId) : Optional.empty();
	}

	@Override
	public boolean reset(Limit limit, String keyId) {
		return Key.isId(keyId) && this.lookups.reset(limit, known(limit), keyId);
	}

	@Override
	public KeyPage keys(Limit limit, @Nullable String after, int size) {
		return this.lookups.keys(scale(limit), known(limit), after, size);
	}

	@Override
	public List<KeyState> mostDenied(Limit limit, int size) {
		return known(limit).all()
			.stream()
			.filter((key) -> key.denied() > 0)
			.sorted(Comparator.comparingLong(KnownKey::denied).reversed())
			.limit(Math.max(0, size))
			.map((key) -> this.lookups.remembered(key, scale(limit)))
			.toList();
	}

	@Override
	public long trackedKeys(Limit limit) {
		long now = this.time.nanoTime();
		return known(limit).all().stream().filter((key) -> key.isKept(now)).count();
	}

	@Override
	public long forgottenPermits(Limit limit) {
		return 0;
	}

	@Override
	public String type() {
		return "redis";
	}

	/**
	 * Returns whether decisions are made in Redis.
	 * @return {@code up}, or {@code degraded} while a node fails
	 */
	@Override
	public String status() {
		return this.nodes.anyOpen() ? "degraded" : "up";
	}

	/**
	 * Gives back what leases hold, as far as the deadline allows, and ends connections.
	 */
	@Override
	public void close() {
		List<CompletableFuture<?>> givenBack = new ArrayList<>();
		for (KnownKeys keys : this.known.values()) {
			for (KnownKey key : keys.all()) {
				KeyLease lease = key.lease();
				if (lease != null) {
					givenBack.add(lease.giveBack());
				}
			}
		}
		await(CompletableFuture.allOf(givenBack.toArray(CompletableFuture[]::new)));
		this.scheduler.shutdownNow();
		this.redis.close();
	}

	private void await(CompletableFuture<?> all) {
		try {
			all.get(this.deadlineNanos, TimeUnit.NANOSECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		catch (ExecutionException | TimeoutException ex) {
			logger.debug("Not all leases could be given back: their permits come back by refill", ex);
		}
	}

	private KnownKeys known(Limit limit) {
		KnownKeys known = this.known.get(limit.name());
		return (known != null) ? known : this.known.computeIfAbsent(limit.name(), (name) -> new KnownKeys(name,
				this.names, this.settings.maxKnownKeys(), this.settings.leases().get(name)));
	}

	private LevelScale scale(Limit limit) {
		LevelScale scale = this.scales.get(limit.name());
		if (scale != null && (scale.limit() == limit || scale.limit().equals(limit))) {
			return scale;
		}
		return this.scales.compute(limit.name(),
				(name, current) -> (current != null && current.limit().equals(limit)) ? current : LevelScale.of(limit));
	}

}
