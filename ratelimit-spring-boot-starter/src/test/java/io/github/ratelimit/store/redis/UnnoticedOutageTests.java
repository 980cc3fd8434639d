package io.github.ratelimit.store.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.Limit;
import io.github.ratelimit.OnStoreFailure;
import io.github.ratelimit.Rate;
import io.github.ratelimit.TestThreads;
import io.github.ratelimit.TimeSource;
import io.github.ratelimit.store.Charge;
import io.github.ratelimit.store.ChargeDecision;
import io.github.ratelimit.store.StoreFixture;
import io.github.ratelimit.store.StoreObserver;
import io.github.ratelimit.store.memory.MemoryStore;
import io.github.ratelimit.store.redis.client.PausedScriptClient;
import io.github.ratelimit.store.redis.client.ScriptClientFactory;
import io.github.ratelimit.store.redis.script.StoreScripts;
import io.github.ratelimit.store.redis.server.Polling;
import io.github.ratelimit.store.redis.server.SharedRedis;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Three instances before they have noticed that an outage has begun, and while some have
 * noticed its end and others have not.
 */
@Tag("redis")
@Tag("version-independent")
class UnnoticedOutageTests {

	private static final int INSTANCES = 3;

	private static final Duration LONG = Duration.ofSeconds(30);

	private final List<PausedScriptClient> scripts = new ArrayList<>();

	private final List<RedisStore> stores = new ArrayList<>();

	private StoreLog log;

	@BeforeEach
	void flush() {
		this.log = new StoreLog();
		SharedRedis.flush();
	}

	private void start(OnStoreFailure policy, Duration deadline) {
		RedisStoreSettings settings = new RedisStoreSettings(RedisStoreSettings.DEFAULT_KEY_PREFIX, deadline, 1000,
				policy, Rate.MAX_TIME_TO_FULL);
		TimeSource time = TimeSource.system();
		for (int i = 0; i < INSTANCES; i++) {
			PausedScriptClient held = new PausedScriptClient(
					ScriptClientFactory.scripts(StoreInstance.lettuce(SharedRedis.server().port())));
			RedisStore store = new RedisStore(held, StoreScripts.load(), settings, new MemoryStore(time, 1000), time,
					StoreObserver.NONE);
			this.scripts.add(held);
			this.stores.add(store);
			store.begin();
		}
		for (RedisStore store : this.stores) {
			Polling.until(LONG, "the instance counts all", () -> store.instances() == INSTANCES);
		}
	}

	@AfterEach
	void close() {
		this.scripts.forEach(PausedScriptClient::goOn);
		this.stores.forEach(RedisStore::close);
		this.log.close();
	}

	@ParameterizedTest
	@EnumSource(value = OnStoreFailure.class, names = { "SHARE", "DENY" })
	void beforeItIsKnownWhetherRedisIsSlowOrUnavailableInstancesDivideWhatWasLeft(OnStoreFailure policy) {
		start(policy, Duration.ofMillis(50));
		Limit limit = StoreFixture.limit("limit", "15/36500d");
		long allowed = takeOfEach(limit);
		assertThat(allowed).isEqualTo(INSTANCES);

		this.scripts.forEach(PausedScriptClient::stop);
		while (this.stores.stream().anyMatch((store) -> store.status().equals("up"))) {
			allowed += takeOfEach(limit);
		}
		assertThat(allowed).isBetween(12L, 16L);
	}

	@Test
	void beforeItIsKnownWhetherRedisIsSlowOrUnavailableInstancesDivideTheScheduledPermits() {
		start(OnStoreFailure.SHARE, Duration.ofMillis(50));
		Limit limit = Limit.named("paced").rates(Rate.parse("1/h")).maxWait(Duration.ofHours(12), 100).build();
		assertThat(takeOfEach(limit)).isEqualTo(INSTANCES);

		this.scripts.forEach(PausedScriptClient::stop);
		// nothing is answered for two deadlines
		takeOfEach(StoreInstance.STILL);
		long allowed = 0;
		for (int i = 0; i < 10; i++) {
			allowed += takeOfEach(limit);
		}
		assertThat(allowed).isBetween(9L, 12L);
	}

	@Test
	void beforeItIsKnownWhetherRedisIsSlowOrUnavailableInstancesDivideWhatRefills() throws Exception {
		start(OnStoreFailure.SHARE, Duration.ofMillis(50));
		Limit limit = StoreFixture.limit("limit", "20/s");
		takeOfEach(limit);
		this.scripts.forEach(PausedScriptClient::stop);
		long began = System.nanoTime();
		AtomicInteger allowed = new AtomicInteger();
		TestThreads.run(6 * INSTANCES, (thread) -> {
			RedisStore store = this.stores.get(thread % INSTANCES);
			while (store.status().equals("up")) {
				if (!store.take(StoreFixture.charge(limit, "caller", 1)).isRefused()) {
					allowed.incrementAndGet();
				}
			}
		});
		long refilled = 20 * (System.nanoTime() - began) / TimeUnit.SECONDS.toNanos(1);
		assertThat(allowed.get()).isLessThanOrEqualTo((int) (20 + refilled + 2 * INSTANCES));
	}

	@Test
	void aCallThatAnotherLimitRefusesLeavesNoGapInTheSchedule() {
		start(OnStoreFailure.SHARE, Duration.ofMillis(50));
		Limit paced = Limit.named("paced").rates(Rate.parse("1/h")).maxWait(Duration.ofHours(12), 100).build();
		Limit exhausted = StoreFixture.limit("exhausted", "1/36500d");
		RedisStore store = this.stores.get(0);
		assertThat(store.take(pacedCharge(paced)).isRefused()).isFalse();
		store.take(StoreFixture.charge(exhausted, "caller", 1));

		this.scripts.forEach(PausedScriptClient::stop);
		// nothing is answered for two deadlines
		takeOfEach(StoreInstance.STILL);
		assertThat(store.take(pacedCharge(paced)).isRefused()).isFalse();
		for (int i = 0; i < 10; i++) {
			assertThat(store.takeAll(List.of(pacedCharge(paced), StoreFixture.charge(exhausted, "caller", 1))))
				.extracting(ChargeDecision::isRefused)
				.contains(true);
		}
		assertThat(store.take(pacedCharge(paced)).isRefused()).isFalse();
	}

	private static Charge pacedCharge(Limit paced) {
		return StoreFixture.charge(paced, "caller", 1).waiting(paced.maxWait().toNanos());
	}

	@Test
	void aDebtThatIsChargedBeforeRedisDecidesAgainIsSubtractedFromTheShare() {
		start(OnStoreFailure.SHARE, Duration.ofSeconds(2));
		Limit limit = Limit.named("tokens").rates(Rate.parse("90/36500d")).costed(true).maxDebt(90).build();
		RedisStore store = this.stores.get(0);
		ChargeDecision taken = store.take(StoreFixture.charge(limit, "caller", 1));
		beginOutage();
		store.settle(taken, 81);
		this.scripts.forEach((held) -> held.fail(false));
		Polling.until(LONG, "the debt is charged", () -> store.debts() == 0);
		long allowed = 0;
		while (!store.take(StoreFixture.charge(limit, "caller", 1)).isRefused()) {
			allowed++;
		}
		assertThat(allowed).isLessThanOrEqualTo(9);
	}

	@Test
	void whatAllInstancesHaveAllowedIsChargedBeforeOneOfThemAsksRedisAgain() {
		start(OnStoreFailure.SHARE, Duration.ofSeconds(2));
		Limit limit = StoreFixture.limit("limit", "90/36500d");
		long allowed = takeOfEach(limit);
		allowed += takeInAnOutage(limit);
		assertThat(allowed).isEqualTo(90);
		assertThat(takeUntilAllAskRedis(limit)).isZero();
	}

	@Test
	void slotsThatAllInstancesHaveTakenAreInRedisBeforeOneOfThemAsksItAgain() {
		start(OnStoreFailure.SHARE, Duration.ofSeconds(2));
		Limit limit = Limit.named("slots").maxConcurrent(6).build();
		assertThat(takeInAnOutage(limit)).isEqualTo(6);
		assertThat(takeUntilAllAskRedis(limit)).isZero();
	}

	@Test
	void slotsOfCallsInFlightAreInARedisThatHasLostThemBeforeAnInstanceAsksItAgain() {
		start(OnStoreFailure.SHARE, Duration.ofSeconds(2));
		Limit limit = Limit.named("slots").maxConcurrent(6).build();
		assertThat(takeOfEach(limit) + takeOfEach(limit)).isEqualTo(6);
		assertThat(takeInAnOutage(limit)).isZero();
		SharedRedis.flush();
		assertThat(takeUntilAllAskRedis(limit)).isZero();
	}

	private long takeInAnOutage(Limit limit) {
		beginOutage();
		long allowed = 0;
		for (int i = 0; i < 100; i++) {
			allowed += takeOfEach(limit);
		}
		return allowed;
	}

	private void beginOutage() {
		this.scripts.forEach((held) -> held.fail(true));
		for (RedisStore store : this.stores) {
			Polling.until(LONG, "Redis is not asked any more", () -> {
				store.take(StoreFixture.charge(StoreInstance.STILL, "looks", 0));
				return store.status().equals("degraded");
			});
		}
	}

	private long takeUntilAllAskRedis(Limit limit) {
		this.scripts.forEach((held) -> held.fail(false));
		long allowed = 0;
		while (!this.stores.stream().allMatch((store) -> store.status().equals("up") && store.debts() == 0)) {
			allowed += takeOfEach(limit);
		}
		return allowed + takeOfEach(limit);
	}

	private long takeOfEach(Limit limit) {
		return this.stores.stream()
			.filter((store) -> !store.take(StoreFixture.charge(limit, "caller", 1).waiting(limit.maxWait().toNanos()))
				.isRefused())
			.count();
	}

}
