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
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
import org.springframework.data.redis.connection.ClusterSlotHashUtil;
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

	private final Scripts scripts;

	private final RedisStoreSettings settings;

	private final TimeSource time;

	private final RedisKeys names;

	private final Nodes nodes;

	private final StandIn standIn;

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
		this.scripts = scripts;
		this.settings = settings;
		this.time = time;
		this.names = new RedisKeys(settings.keyPrefix());
		this.nodes = new Nodes(redis, scripts.probe(), this.names, this.scheduler, time, observer,
				settings.describeFailurePolicies());
		this.standIn = new StandIn(local, settings);
		this.lookups = new Lookups(redis, scripts, this.names, time);
		this.leases = new LeasesInRedis(redis, scripts, this.nodes, time, this.scheduler);
		this.deadlineNanos = settings.deadline().toNanos();
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
		return new RedisStore(Clients.scripts(connectionFactory), Scripts.load(), settings, standIn, time, observer);
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
			decision = ask(charge, key, scale, start);
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

	private LimitDecision ask(Charge charge, KnownKey key, LevelScale scale, long start) {
		ChargeGroup group = new ChargeGroup(List.of(charge), new KnownKey[] { key }, new LevelScale[] { scale },
				this.nodes.of(key.name()));
		if (group.node().isOpen()) {
			return decideWithout(group).get(0);
		}
		if (!key.calls().enter()) {
			return await(Question.takeTogether(group, this.redis, this.scripts.takeMany(), this.time), start).get(0);
		}
		try {
			return await(ask(group, true), start).get(0);
		}
		finally {
			key.calls().leave(key, this.redis, this.scripts.takeMany());
		}
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
			decisions = this.redis.isCluster() ? takeFromCluster(charges, keys, limits, start)
					: takeGroup(new ChargeGroup(charges, keys, limits, this.nodes.of(keys[0].name())), start);
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
		boolean refused = false;
		List<LimitDecision> decisions = new ArrayList<>(keys.length);
		for (int i = 0; i < keys.length; i++) {
			LimitDecision decision = keys[i].refusedWithoutAsking(charges.get(i), scales[i], now);
			refused |= decision != null;
			decision = (decision != null) ? decision : keys[i].thereWithoutAsking(charges.get(i), scales[i], now);
			if (decision == null) {
				return null;
			}
			decisions.add(decision);
		}
		return refused ? decisions : null;
	}

	private List<LimitDecision> takeGroup(ChargeGroup group, long start) {
		return group.node().isOpen() ? decideWithout(group) : await(ask(group, true), start);
	}

	private List<LimitDecision> await(Question question, long start) {
		Question.Said said = question.await(left(start));
		if (said != null) {
			return said.decisions();
		}
		question.abandon(this::giveBackLater);
		return decideWithout(question.group());
	}

	private List<LimitDecision> decideWithout(ChargeGroup group) {
		group.node().decidedWithout(group.size());
		return this.standIn.takeAll(group.charges(), group.known(), this.time.nanoTime());
	}

	private List<LimitDecision> takeFromCluster(List<Charge> charges, KnownKey[] keys, LevelScale[] scales,
			long start) {
		List<ChargeGroup> groups = bySlot(charges, keys, scales);
		if (groups.size() == 1) {
			return takeGroup(groups.get(0), start);
		}
		return new SlotsDecision(groups, this).decide(charges, start);
	}

	private List<ChargeGroup> bySlot(List<Charge> charges, KnownKey[] keys, LevelScale[] scales) {
		Map<Integer, List<Integer>> bySlot = new LinkedHashMap<>();
		for (int i = 0; i < keys.length; i++) {
			int slot = ClusterSlotHashUtil.calculateSlot(keys[i].name());
			bySlot.computeIfAbsent(slot, (s) -> new ArrayList<>()).add(i);
		}
		List<ChargeGroup> groups = new ArrayList<>(bySlot.size());
		for (List<Integer> places : bySlot.values()) {
			KnownKey[] groupKeys = places.stream().map((place) -> keys[place]).toArray(KnownKey[]::new);
			groups.add(new ChargeGroup(places.stream().map(charges::get).toList(), groupKeys,
					places.stream().map((place) -> scales[place]).toArray(LevelScale[]::new),
					this.nodes.of(groupKeys[0].name())));
		}
		return groups;
	}

	long left(long start) {
		return this.deadlineNanos - (this.time.nanoTime() - start);
	}

	Question ask(ChargeGroup group, boolean take) {
		return take ? Question.take(group, this.redis, this.scripts.take(), this.time)
				: Question.look(group, this.redis, this.scripts.take(), this.time);
	}

	List<LimitDecision> decideWithout(List<ChargeGroup> groups) {
		List<Charge> charges = new ArrayList<>();
		List<KnownKey> keys = new ArrayList<>();
		for (ChargeGroup group : groups) {
			charges.addAll(group.charges());
			keys.addAll(Arrays.asList(group.known()));
			group.node().decidedWithout(group.size());
		}
		return this.standIn.takeAll(charges, keys.toArray(KnownKey[]::new), this.time.nanoTime());
	}

	@Override
	public void giveBack(LimitDecision taken) {
		GiveBack giveBack = giveBackNow(taken);
		if (giveBack != null) {
			giveBack.await(this.deadlineNanos);
		}
	}

	/** Gives back without waiting for it. */
	void giveBackLater(LimitDecision taken) {
		giveBackNow(taken);
	}

	private @Nullable GiveBack giveBackNow(LimitDecision taken) {
		if (!(taken.receipt() instanceof SeenState state)) {
			this.standIn.giveBack(taken);
			return null;
		}
		if (taken.charge().permits() == 0 || this.scales.get(taken.limit().name()) != state.scale()) {
			return null;
		}
		KnownKey key = known(taken.limit()).get(taken.key(), this.time.nanoTime());
		return GiveBack.send(taken.charge().permits(), state, key, this.nodes.of(key.name()), this.redis,
				this.scripts.giveBack(), this.time);
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
