package io.github.ratelimit.store.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.Algorithm;
import io.github.ratelimit.Key;
import io.github.ratelimit.Limit;
import io.github.ratelimit.ManualTime;
import io.github.ratelimit.OnStoreFailure;
import io.github.ratelimit.Penalty;
import io.github.ratelimit.Rate;
import io.github.ratelimit.TimeSource;
import io.github.ratelimit.limiter.ChargeLimiter;
import io.github.ratelimit.limiter.LimiterFailures;
import io.github.ratelimit.limiter.NamedBudgets;
import io.github.ratelimit.limiter.RateLimitListener;
import io.github.ratelimit.queue.WaitingThreadLimit;
import io.github.ratelimit.registry.Handles;
import io.github.ratelimit.registry.KillSwitch;
import io.github.ratelimit.registry.LimitHandle;
import io.github.ratelimit.registry.LimitSettings;
import io.github.ratelimit.registry.RegisteredLimit;
import io.github.ratelimit.store.BlockResult;
import io.github.ratelimit.store.Charge;
import io.github.ratelimit.store.ChargeDecision;
import io.github.ratelimit.store.StoreFixture;
import io.github.ratelimit.store.StoreObserver;
import io.github.ratelimit.store.memory.MemoryStore;
import io.github.ratelimit.store.redis.client.PausedScriptClient;
import io.github.ratelimit.store.redis.client.ScriptClientFactory;
import io.github.ratelimit.store.redis.server.Polling;
import io.github.ratelimit.store.redis.server.RedisServer;
import io.github.ratelimit.store.redis.server.SharedRedis;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Three instances during an outage of Redis, all with manual time: how many calls they
 * allow together, during the outage and after it.
 */
@Tag("redis")
@Tag("version-independent")
@Timeout(value = 120, threadMode = ThreadMode.SEPARATE_THREAD)
class SharedOutageTests {

	private static final int INSTANCES = 3;

	private static final String INSTANCES_KEY = "ratelimit:1:#instances:{instances}";

	private static final Duration LONG = Duration.ofSeconds(30);

	private final ManualTime time = new ManualTime();

	private final List<PausedScriptClient> scripts = new ArrayList<>();

	private final List<RedisStore> stores = new ArrayList<>();

	private StoreLog log;

	@BeforeEach
	void start() {
		this.log = new StoreLog();
		SharedRedis.flush();
	}

	private void start(OnStoreFailure policy) {
		RedisStoreSettings settings = new RedisStoreSettings(RedisStoreSettings.DEFAULT_KEY_PREFIX,
				Duration.ofSeconds(10), 1000, policy, Rate.MAX_TIME_TO_FULL);
		TimeSource turned = RedisTestStore.settingTheClock(this.time, SharedRedis.server());
		turned.nanoTime();
		for (int i = 0; i < INSTANCES; i++) {
			PausedScriptClient held = new PausedScriptClient(
					ScriptClientFactory.scripts(StoreInstance.lettuce(SharedRedis.server().port())));
			RedisStore store = new RedisStore(held, RedisTestStore.turnedScripts(), settings,
					new MemoryStore(turned, 1000), turned, StoreObserver.NONE);
			this.scripts.add(held);
			this.stores.add(store);
			beginAsOneOfAll(store);
		}
	}

	/**
	 * Starts a store that counts all others at once, not only at its next report: those
	 * that have not started yet are registered by name.
	 */
	private void beginAsOneOfAll(RedisStore store) {
		RedisServer server = SharedRedis.server();
		for (int i = this.stores.size(); i < INSTANCES; i++) {
			server.command("ZADD", INSTANCES_KEY, "9e15", "later" + i);
		}
		server.command("ZREM", INSTANCES_KEY, "later" + (this.stores.size() - 1));
		store.begin();
		Polling.until(LONG, "the instance counts all", () -> store.instances() == INSTANCES);
	}

	@AfterEach
	void close() {
		this.stores.forEach(RedisStore::close);
		this.log.close();
	}

	@ParameterizedTest
	@CsvSource({ "TOKEN_BUCKET, 30/s, false", "TOKEN_BUCKET, 30/s, true", "TOKEN_BUCKET, '30/s, 300/min', false",
			"TOKEN_BUCKET, '30/s, 300/min', true", "FIXED_WINDOW, 300/min, false", "FIXED_WINDOW, 300/min, true",
			"SLIDING_WINDOW, 300/min, false", "SLIDING_WINDOW, 300/min, true", "SLIDING_WINDOW_COUNTER, 300/min, false",
			"SLIDING_WINDOW_COUNTER, 300/min, true", "SLIDING_WINDOW_LOG, '30/s, 300/min', false",
			"SLIDING_WINDOW_LOG, '30/s, 300/min', true" })
	void sharesOfAnOutageAndWhatFollowsStayWithinTheLimit(Algorithm algorithm, String rates, boolean lost) {
		start(OnStoreFailure.SHARE);
		Limit limit = StoreFixture.limit("limit", algorithm, rates);
		long allowed = takeFor(limit, 5);
		outage(true);
		long without = takeFor(limit, 20);
		recover(lost);
		allowed += without + takeFor(limit, 15);

		Rate slowest = limit.rates().get(limit.rates().size() - 1);
		long most = slowest.burst() + slowest.permits() * 40 / slowest.period().toSeconds();
		assertThat(allowed).as("allowed in 40 s").isBetween(most / 2, most * 11 / 10);
	}

	@Test
	void anOutageBeginsWithPartsOfWhatWasLeft() {
		start(OnStoreFailure.SHARE);
		Limit limit = StoreFixture.limit("limit", "100/36500d");
		assertThat(take(0, limit, 70).isViolated()).isFalse();
		this.stores.forEach((store) -> store.take(StoreFixture.charge(limit, "caller", 0)));
		outage(true);
		assertThat(takeAll(limit)).isEqualTo(30);
	}

	@Test
	void whatRefillsDuringAnOutageIsNotChargedTwice() {
		start(OnStoreFailure.SHARE);
		Limit limit = StoreFixture.limit("limit", "30/s");
		takeAll(limit);
		outage(true);
		takeFor(limit, 20);
		this.time.advance(Duration.ofSeconds(10));
		recover(false);
		assertThat(takeAll(limit)).isEqualTo(30);
	}

	@Test
	void withLocalEachInstanceHasTheWholeLimitAndDebtsAreCharged() {
		start(OnStoreFailure.LOCAL);
		Limit limit = StoreFixture.limit("limit", "100/36500d");
		outage(true);
		assertThat(takeAll(limit)).isEqualTo(300);
		recover(false);
		// 300 were allowed, and the limit remembers a debt of 100
		assertThat(this.stores.get(0).take(StoreFixture.charge(limit, "caller", 0)).remaining()).isZero();
		assertThat(takeAll(limit)).isZero();
		this.time.advance(Duration.ofDays(36500));
		assertThat(takeAll(limit)).isBetween(0L, 100L);
	}

	@Test
	void everyInstanceHasAtLeastOnePermit() {
		start(OnStoreFailure.SHARE);
		Limit limit = StoreFixture.limit("limit", "1/h");
		outage(true);
		assertThat(takeAll(limit)).isEqualTo(INSTANCES);
	}

	@Test
	void aBlockAppliesInAnOutageAndANewOneReachesAllInstancesAfterIt() {
		start(OnStoreFailure.SHARE);
		LimitHandle login = Handles.blockable(StoreFixture.limit("login", "90/36500d"));
		Charge look = Charge.of(login, Key.of("caller"), 0);
		Charge banned = Charge.of(login, Key.of("banned"), 0);
		Instant end = this.time.wallTime().plus(Duration.ofHours(1));
		this.stores.get(0).block(login, Key.of("banned"), end);
		assertThat(this.stores).noneMatch((store) -> store.take(look).isViolated())
			.allMatch((store) -> store.take(banned).isViolated());
		outage(true);
		assertThat(this.stores).noneMatch((store) -> store.take(look).isViolated())
			.allMatch((store) -> store.take(banned).isViolated());
		RedisStore blocking = this.stores.get(0);
		assertThat(blocking.block(login, Key.of("caller"), end)).isEqualTo(BlockResult.STARTED);
		assertThat(blocking.block(login, Key.of("caller"), end)).isEqualTo(BlockResult.ALREADY_BLOCKED);
		assertThat(blocking.take(look).retryAfter()).isEqualTo(Duration.ofHours(1));
		this.time.advance(Duration.ofMinutes(10));
		recover(false);
		Polling.until(LONG, "the block is known to all",
				() -> this.stores.stream().allMatch((store) -> store.take(look).isBanned()));
		assertThat(this.stores).allSatisfy((store) -> {
			assertThat(store.take(look).isDegraded()).isFalse();
			assertThat(store.take(look).retryAfter()).isEqualTo(Duration.ofMinutes(50));
		});
	}

	@Test
	void aBlockAppliesInAnOutageInWhichCallsAreAllowedUncounted() {
		start(OnStoreFailure.ALLOW);
		LimitHandle login = Handles.blockable(StoreFixture.limit("login", "90/36500d"));
		RedisStore store = this.stores.get(0);
		store.block(login, Key.of("banned"), this.time.wallTime().plus(Duration.ofHours(1)));
		outage(true);
		assertThat(store.take(Charge.of(login, Key.of("caller"), 1)).isViolated()).isFalse();
		ChargeDecision banned = store.take(Charge.of(login, Key.of("banned"), 1));
		assertThat(banned.isBanned()).isTrue();
		assertThat(banned.retryAfter()).isEqualTo(Duration.ofHours(1));
		assertThat(banned.isUnavailable()).isFalse();
		assertThat(banned.hasFacts()).as("nothing was counted").isFalse();
		recover(false);
		assertThat(store.take(Charge.of(login, Key.of("banned"), 1)).isBanned()).isTrue();
	}

	@Test
	void noKeyIsBannedBecauseItsShareIsUsedUp() {
		start(OnStoreFailure.SHARE);
		RegisteredLimit login = withBans(3);
		List<Key> bans = new ArrayList<>();
		ChargeLimiter limiter = new ChargeLimiter(this.stores.get(0), NamedBudgets.NONE, new KillSwitch(true),
				new LimiterFailures(this.time), this.time, new RateLimitListener() {

					@Override
					public void banned(RegisteredLimit limit, Key key, Duration ban) {
						bans.add(key);
					}

				}, WaitingThreadLimit.NONE);
		Charge call = Charge.of(login.handle(), Key.of("caller"), 1);
		outage(true);
		for (int i = 0; i < 60; i++) {
			assertThat(limiter.tryAcquire(call).isAllowed()).isEqualTo(i < 30);
		}
		assertThat(bans).isEmpty();
		recover(false);

		assertThat(limiter.tryAcquire(call).isAllowed()).isTrue();
		for (int i = 0; i < 59 + 3; i++) {
			limiter.tryAcquire(call);
		}
		assertThat(bans).as("with three refusals by Redis").containsExactly(call.key());
	}

	@Test
	void theNumberOfRefusalsForABanIsNotDivided() {
		start(OnStoreFailure.SHARE);
		Charge refusal = Charge.of(Objects.requireNonNull(withBans(6).refusals()), Key.of("caller"), 1);
		RedisStore store = this.stores.get(0);
		assertThat(store.take(refusal).remaining()).isEqualTo(5);
		outage(true);
		assertThat(store.take(refusal).remaining()).isEqualTo(4);
		assertThat(store.take(refusal).remaining()).isEqualTo(3);
		recover(false);
		assertThat(store.take(refusal).remaining()).isEqualTo(2);
	}

	private static RegisteredLimit withBans(int denials) {
		return RegisteredLimit.of(LimitSettings.of(StoreFixture.limit("login", "90/36500d"))
			.withPenalty(new Penalty(denials, Duration.ofMinutes(10), Duration.ofHours(1))));
	}

	@Test
	void whereCallsAreDeniedInAnOutageABlockMakesNoDifference() {
		start(OnStoreFailure.DENY);
		LimitHandle login = Handles.blockable(StoreFixture.limit("login", "90/36500d"));
		RedisStore store = this.stores.get(0);
		store.block(login, Key.of("banned"), this.time.wallTime().plus(Duration.ofHours(1)));
		outage(true);
		assertThat(store.take(Charge.of(login, Key.of("banned"), 1)).isUnavailable()).isTrue();
		recover(false);
		assertThat(store.take(Charge.of(login, Key.of("banned"), 1)).isBanned()).isTrue();
	}

	@Test
	void aCallThatCostsMoreThanAShareIsAllowedWhereTheWholeShareIsThere() {
		start(OnStoreFailure.SHARE);
		Limit limit = StoreFixture.limit("limit", "90/90s");
		outage(true);
		assertThat(take(0, limit, 60).isViolated()).isFalse();
		assertThat(take(0, limit, 1).isViolated()).isTrue();
		this.time.advance(Duration.ofSeconds(89));
		assertThat(take(0, limit, 1).isViolated()).isTrue();
		this.time.advance(Duration.ofSeconds(10));
		assertThat(take(0, limit, 1).isViolated()).isFalse();
		assertThat(take(0, limit, 91).isNeverPayable()).isTrue();
	}

	@ParameterizedTest
	@EnumSource(value = Algorithm.class, mode = EnumSource.Mode.EXCLUDE, names = "CONCURRENCY")
	void aCallThatCostsMoreThanAShareIsSettledAsAWhole(Algorithm algorithm) {
		start(OnStoreFailure.SHARE);
		Limit limit = StoreFixture.limit("limit", algorithm, "90/365d");
		RedisStore store = this.stores.get(0);
		outage(true);
		store.giveBack(take(0, limit, 60));
		assertThat(remaining(limit)).isEqualTo(30);
		ChargeDecision settled = take(0, limit, 60);
		assertThat(settled.isViolated()).isFalse();
		assertThat(take(0, limit, 1).isViolated()).as("there is a debt of 30").isTrue();
		store.settle(settled, 20);
		assertThat(remaining(limit)).isEqualTo(10);
		assertThat(take(0, limit, 11).isViolated()).isTrue();
		assertThat(take(0, limit, 10).isViolated()).isFalse();
		recover(false);
		assertThat(remaining(limit)).isEqualTo(90 - 20 - 10);
	}

	@Test
	void permitsGivenBackAfterAnOutageGoToTheChargedState() {
		start(OnStoreFailure.SHARE);
		Limit limit = StoreFixture.limit("limit", "90/36500d");
		outage(true);
		ChargeDecision settled = take(0, limit, 20);
		ChargeDecision more = take(1, limit, 10);
		ChargeDecision early = take(2, limit, 30);
		this.stores.get(2).settle(early, 5);
		recover(false);
		assertThat(remaining(limit)).isEqualTo(90 - 20 - 10 - 5);
		this.stores.get(0).settle(settled, 1);
		this.stores.get(1).settle(more, 14);
		Polling.until(LONG, "all is settled", () -> remaining(limit) == 90 - 1 - 14 - 5);
	}

	@Test
	void aFlappingRedisNeverGivesAFullerShare() {
		start(OnStoreFailure.SHARE);
		Limit limit = StoreFixture.limit("limit", "90/36500d");
		long allowed = 0;
		for (int i = 0; i < 4; i++) {
			outage(true);
			allowed += takeAll(limit);
			recover(i == 1);
			allowed += takeAll(limit);
		}
		assertThat(allowed).isEqualTo(90);
	}

	private void outage(boolean away) {
		this.scripts.forEach((held) -> held.fail(away));
		if (away) {
			for (RedisStore store : this.stores) {
				Polling.until(LONG, "Redis is not asked any more", () -> {
					store.take(StoreFixture.charge(StoreInstance.STILL, "looks", 0));
					return store.status().equals("degraded");
				});
			}
		}
	}

	private void recover(boolean lost) {
		if (lost) {
			SharedRedis.flush();
			this.time.advance(Duration.ofMillis(1));
		}
		outage(false);
		for (RedisStore store : this.stores) {
			Polling.until(LONG, "Redis is asked again, and everything is charged",
					() -> store.status().equals("up") && store.debts() == 0);
		}
	}

	private long takeFor(Limit limit, int seconds) {
		long allowed = 0;
		for (int i = 0; i < seconds; i++) {
			allowed += takeAll(limit);
			this.time.advance(Duration.ofSeconds(1));
		}
		return allowed;
	}

	/** Returns how many calls all instances allow before all refuse. */
	private long takeAll(Limit limit) {
		long allowed = 0;
		for (long before = -1; before < allowed;) {
			before = allowed;
			for (int i = 0; i < INSTANCES; i++) {
				allowed += take(i, limit, 1).isViolated() ? 0 : 1;
			}
		}
		return allowed;
	}

	private ChargeDecision take(int instance, Limit limit, long permits) {
		return this.stores.get(instance).take(StoreFixture.charge(limit, "caller", permits));
	}

	private long remaining(Limit limit) {
		return take(0, limit, 0).remaining();
	}

}
