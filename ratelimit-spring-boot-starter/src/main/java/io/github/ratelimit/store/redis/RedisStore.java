package io.github.ratelimit.store.redis;

import io.github.ratelimit.Key;
import io.github.ratelimit.KeyLabel;
import io.github.ratelimit.Limit;
import io.github.ratelimit.TimeSource;
import io.github.ratelimit.registry.LimitHandle;
import io.github.ratelimit.registry.RegisteredLimit;
import io.github.ratelimit.registry.SharedChanges;
import io.github.ratelimit.store.BlockResult;
import io.github.ratelimit.store.BlockedKeys;
import io.github.ratelimit.store.Charge;
import io.github.ratelimit.store.ChargeDecision;
import io.github.ratelimit.store.InstanceNote;
import io.github.ratelimit.store.KeyPage;
import io.github.ratelimit.store.KeyState;
import io.github.ratelimit.store.LimitStore;
import io.github.ratelimit.store.StoreObserver;
import io.github.ratelimit.store.redis.client.RedisAccess;
import io.github.ratelimit.store.redis.client.ScriptClient;
import io.github.ratelimit.store.redis.client.ScriptClientFactory;
import io.github.ratelimit.store.redis.local.DebtLedger;
import io.github.ratelimit.store.redis.local.LocalFallback;
import io.github.ratelimit.store.redis.local.PermitRefunds;
import io.github.ratelimit.store.redis.local.RedisLimits;
import io.github.ratelimit.store.redis.local.SlotRenewals;
import io.github.ratelimit.store.redis.script.LimitEncoding;
import io.github.ratelimit.store.redis.script.RedisKeyNames;
import io.github.ratelimit.store.redis.script.StoreScripts;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.data.redis.connection.RedisConnectionFactory;

/**
 * {@link LimitStore} that shares permits through Redis. A decision is one call of a
 * script that runs in Redis, by its clock, over all limits together; on a cluster, limits
 * in different hash slots are peeked first, then taken. It takes no longer than the
 * deadline: after it, and during an outage of Redis, each limit decides by its own
 * {@link io.github.ratelimit.OnStoreFailure}.
 * <p>
 * Thread-safe. Statistics and numbers of keys are those of this instance.
 */
public final class RedisStore implements LimitStore, AutoCloseable {

	private static final Log logger = LogFactory.getLog(RedisStore.class);

	private final RedisAccess redis;

	private final RedisStoreSettings settings;

	private final RedisDecisions decisions;

	private final RedisSettlements settlements;

	private final KeyLookups lookups;

	private final RedisLimits limits;

	private final RedisBlocks blocks;

	private final RedisNotes notes;

	private final InstanceCount instances;

	private final RedisChanges changes;

	private final LimitStore local;

	RedisStore(ScriptClient client, StoreScripts scripts, RedisStoreSettings settings, LimitStore local,
			TimeSource time, StoreObserver observer) {
		this.settings = settings;
		this.local = local;
		RedisKeyNames names = new RedisKeyNames(settings.keyPrefix());
		this.limits = new RedisLimits(names, settings.slotLease(), settings.maxKnownKeys(), settings.onStoreFailure());
		this.redis = new RedisAccess(client, scripts, names, time, observer, settings.deadline(),
				this.limits::describeFailurePolicies);
		PermitRefunds refunds = new PermitRefunds(this.redis);
		SlotRenewals slotRenewals = new SlotRenewals(this.redis, settings.slotLease());
		DebtLedger debts = new DebtLedger(this.redis, settings.maxKnownKeys());
		this.lookups = new KeyLookups(this.redis, debts);
		this.blocks = new RedisBlocks(this.redis);
		this.notes = new RedisNotes(this.redis);
		this.instances = new InstanceCount(this.redis);
		this.changes = new RedisChanges(this.redis);
		LocalFallback fallback = new LocalFallback(local, this.limits, this.instances::count, debts, slotRenewals,
				refunds);
		this.settlements = new RedisSettlements(this.redis, this.limits, fallback, slotRenewals, debts, refunds);
		this.decisions = new RedisDecisions(this.redis, this.limits, fallback,
				new LateReplies(this.redis, this.limits, this.instances::count, this.settlements), this.settlements,
				refunds);
	}

	/**
	 * Creates a store and begins to connect it, in the background.
	 * @param connectionFactory the application's connections; for Lettuce, separate
	 * connections to the same target are used
	 * @param settings how to behave
	 * @param local counts for this instance alone while Redis fails
	 * @param time the time of this instance; that of permits is Redis's
	 * @param observer receives the outcomes of calls to Redis
	 * @return the store, to be closed
	 * @throws IllegalArgumentException if no connection can ever be made, with the reason
	 */
	public static RedisStore create(RedisConnectionFactory connectionFactory, RedisStoreSettings settings,
			LimitStore local, TimeSource time, StoreObserver observer) {
		StoreScripts scripts = StoreScripts.load();
		RedisStore store = new RedisStore(ScriptClientFactory.scripts(connectionFactory, scripts.take(),
				scripts.giveBack(), scripts.charge(), scripts.renewSlots()), scripts, settings, local, time, observer);
		store.begin();
		return store;
	}

	/** Returns the number of keys with a debt. */
	int debts() {
		return this.settlements.debts().size();
	}

	/** Starts to report this instance to Redis. */
	void begin() {
		this.instances.start();
	}

	/**
	 * Waits at most two seconds until Redis is ready, and logs a warning if it is not.
	 */
	public void warmUp() {
		warmUp(WarmUp.MOST);
	}

	void warmUp(Duration most) {
		new WarmUp(this.redis).run(most);
	}

	/**
	 * Checks that a limit can be counted exactly.
	 * @param limit a limit
	 * @throws IllegalArgumentException if its numbers are too fine, saying which and what
	 * to write instead
	 */
	public void check(Limit limit) {
		LimitEncoding.of(limit, this.settings.slotLease());
	}

	/**
	 * Compares the configurations of all instances that share the prefix once a minute,
	 * and warns if they differ for minutes.
	 * @param limits the limits of this instance
	 */
	public void compareConfigurations(Supplier<Collection<RegisteredLimit>> limits) {
		this.limits.configured(limits);
		configurations(limits).start();
	}

	ConfigurationMismatch configurations(Supplier<Collection<RegisteredLimit>> limits) {
		return new ConfigurationMismatch(this.redis, this.settings.keyPrefix(), limits);
	}

	/**
	 * Returns where instances share the settings that are changed while they run.
	 * @return always the same
	 */
	public SharedChanges changes() {
		return this.changes;
	}

	@Override
	public ChargeDecision take(Charge charge) {
		return this.decisions.take(charge);
	}

	@Override
	public ChargeDecision takeSince(Charge charge, long sinceNanos) {
		return this.decisions.takeAll(List.of(charge), sinceNanos).get(0);
	}

	@Override
	public List<ChargeDecision> takeAll(List<Charge> charges) {
		return (charges.size() == 1) ? List.of(take(charges.get(0)))
				: this.decisions.takeAll(charges, this.redis.now());
	}

	@Override
	public CompletableFuture<List<ChargeDecision>> takeAllAsync(List<Charge> charges, Executor executor) {
		return this.decisions.takeAllAsync(charges, executor);
	}

	@Override
	public List<ChargeDecision> takeUnanswered(List<Charge> charges) {
		return this.decisions.takeUnanswered(charges);
	}

	@Override
	public void giveBack(ChargeDecision taken) {
		this.settlements.giveBack(taken, this.redis.now());
	}

	@Override
	public void settle(ChargeDecision taken, long actual) {
		this.settlements.settle(taken, actual);
	}

	@Override
	public BlockResult block(LimitHandle limit, Key key, Instant until) {
		return blockSince(limit, key, until, this.redis.now());
	}

	@Override
	public BlockResult blockSince(LimitHandle limit, Key key, Instant until, long sinceNanos) {
		RedisLimits.CountedLimit blocks = this.limits.of(BlockedKeys.handleOf(limit));
		return this.blocks.block(blocks, blocks.keys().get(key, this.redis.now()), until, sinceNanos);
	}

	@Override
	public BlockResult block(LimitHandle limit, KeyLabel key, Instant until) {
		RedisLimits.CountedLimit blocks = this.limits.of(BlockedKeys.handleOf(limit));
		long now = this.redis.now();
		return this.blocks.block(blocks, blocks.keys().get(key, now), until, now);
	}

	@Override
	public boolean unblock(LimitHandle limit, String keyId) {
		return reset(BlockedKeys.handleOf(limit), keyId);
	}

	@Override
	public CompletableFuture<List<InstanceNote>> exchange(String subject, Key key, String instance, byte[] note) {
		return this.notes.exchange(this.redis.names().notes(subject, key.id()), instance, note);
	}

	@Override
	public long forgivenPermits(LimitHandle limit) {
		return this.limits.of(limit).keys().forgiven().sum() + this.local.forgivenPermits(limit);
	}

	@Override
	public Optional<KeyState> find(LimitHandle limit, String keyId) {
		return Key.isId(keyId) ? this.lookups.find(this.limits.of(limit), keyId) : Optional.empty();
	}

	@Override
	public boolean reset(LimitHandle limit, String keyId) {
		if (!Key.isId(keyId)) {
			return false;
		}
		boolean reset = this.lookups.reset(this.limits.of(limit), keyId);
		this.local.reset(limit, keyId);
		return reset;
	}

	@Override
	public long resetAll(LimitHandle limit) {
		long reset = this.lookups.resetAll(this.limits.of(limit));
		this.local.resetAll(limit);
		return reset;
	}

	@Override
	public KeyPage keys(LimitHandle limit, @Nullable String after, int size) {
		return this.lookups.keys(this.limits.of(limit), after, size);
	}

	@Override
	public Optional<KeyState> lastKnown(LimitHandle limit, Key key) {
		return this.lookups.lastKnown(this.limits.of(limit), key);
	}

	@Override
	public long trackedKeys(LimitHandle limit) {
		return this.limits.of(limit).keys().kept(this.redis.now());
	}

	@Override
	public long forgottenPermits(LimitHandle limit) {
		return this.limits.of(limit).keys().forgotten().sum() + this.local.forgottenPermits(limit);
	}

	@Override
	public String type() {
		return "redis";
	}

	@Override
	public String status() {
		return this.redis.status();
	}

	@Override
	public int instances() {
		return this.instances.count();
	}

	/**
	 * Gives back leases and the slots of calls in flight, as far as the deadline allows,
	 * and closes connections.
	 */
	@Override
	public void close() {
		List<CompletableFuture<?>> givenBack = this.limits.closeLeases();
		givenBack.add(this.settlements.slotRenewals().giveAllBack());
		givenBack.add(this.instances.end());
		try {
			this.redis.await(CompletableFuture.allOf(givenBack.toArray(CompletableFuture[]::new)), this.redis.now());
		}
		catch (ExecutionException | TimeoutException ex) {
			logger.debug("Not all leases could be given back: their permits refill", ex);
		}
		this.changes.close();
		this.redis.close();
	}

}
