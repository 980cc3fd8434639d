package io.github.ratelimit.store.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.Key;
import io.github.ratelimit.Limit;
import io.github.ratelimit.ManualTime;
import io.github.ratelimit.OnStoreFailure;
import io.github.ratelimit.Rate;
import io.github.ratelimit.TestThreads;
import io.github.ratelimit.TimeSource;
import io.github.ratelimit.registry.Handles;
import io.github.ratelimit.registry.LimitHandle;
import io.github.ratelimit.store.BlockResult;
import io.github.ratelimit.store.Charge;
import io.github.ratelimit.store.ChargeDecision;
import io.github.ratelimit.store.StoreFixture;
import io.github.ratelimit.store.StoreObserver;
import io.github.ratelimit.store.memory.MemoryStore;
import io.github.ratelimit.store.redis.client.PausedScriptClient;
import io.github.ratelimit.store.redis.client.ScriptClient;
import io.github.ratelimit.store.redis.client.ScriptClientFactory;
import io.github.ratelimit.store.redis.server.Polling;
import io.github.ratelimit.store.redis.server.SharedRedis;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

/**
 * More keys than an instance remembers, while a key has a call in flight: it is neither
 * forgotten nor counted twice.
 */
@Tag("redis")
@Tag("version-independent")
@Timeout(value = 120, threadMode = ThreadMode.SEPARATE_THREAD)
class FloodOfKeysTests {

	private static final int KNOWN_KEYS = 20;

	private static final int FLOOD = 5 * KNOWN_KEYS;

	private static final Duration LONG = Duration.ofSeconds(30);

	private static final Limit SLOTS = Limit.named("slots").maxConcurrent(5).build();

	private static final Limit TEN = StoreFixture.limit("ten", "10/36500d");

	private static final Duration BAN = Duration.ofHours(1);

	private final ManualTime time = new ManualTime();

	private final LimitHandle login = Handles.blockable(StoreFixture.limit("login", "100/36500d"));

	private PausedScriptClient held;

	private RedisStore store;

	/** Another instance, which always reaches Redis. */
	private RedisStore other;

	private StoreLog log;

	@BeforeEach
	void start() {
		this.log = new StoreLog();
		SharedRedis.flush();
		start(Duration.ofSeconds(10), 1000);
	}

	private void start(Duration deadline, int localKeys) {
		TimeSource turned = RedisTestStore.settingTheClock(this.time, SharedRedis.server());
		turned.nanoTime();
		RedisStoreSettings settings = new RedisStoreSettings(RedisStoreSettings.DEFAULT_KEY_PREFIX, deadline,
				KNOWN_KEYS, OnStoreFailure.SHARE, Rate.MAX_TIME_TO_FULL);
		this.held = new PausedScriptClient(scripts());
		this.store = new RedisStore(this.held, RedisTestStore.turnedScripts(), settings,
				new MemoryStore(turned, localKeys), turned, StoreObserver.NONE);
		this.other = new RedisStore(scripts(), RedisTestStore.turnedScripts(), RedisTestStore.patient(),
				new MemoryStore(turned, 1000), turned, StoreObserver.NONE);
	}

	private void startAgain(Duration deadline, int localKeys) {
		this.store.close();
		this.other.close();
		start(deadline, localKeys);
	}

	private static ScriptClient scripts() {
		return ScriptClientFactory.scripts(StoreInstance.lettuce(SharedRedis.server().port()));
	}

	@AfterEach
	void close() {
		this.held.goOn();
		this.store.close();
		this.other.close();
		this.log.close();
	}

	@Test
	void slotsThatCallsHaveStillCountWithoutRedis() {
		List<ChargeDecision> granted = granted(SLOTS, 3);
		flood(SLOTS);
		goAway();
		granted.addAll(granted(SLOTS, 10));
		assertThat(granted).as("3 by Redis, 2 without it").hasSize(5);

		flood(SLOTS);
		assertThat(granted(SLOTS, 10)).isEmpty();

		this.store.giveBack(granted.get(0));
		this.store.giveBack(granted.get(4));
		flood(SLOTS);
		assertThat(granted(SLOTS, 10)).hasSize(2);
	}

	@Test
	void callsThatAskWhileOtherKeysComeNeverHaveMoreSlotsTogether() throws Exception {
		goAway();
		AtomicBoolean over = new AtomicBoolean();
		AtomicInteger underWay = new AtomicInteger();
		AtomicInteger most = new AtomicInteger();
		TestThreads.run(4, (thread) -> {
			if (thread == 0) {
				for (int i = 0; i < 400; i++) {
					flood(SLOTS);
				}
				over.set(true);
			}
			while (!over.get()) {
				List<ChargeDecision> granted = granted(SLOTS, 3);
				most.accumulateAndGet(underWay.addAndGet(granted.size()), Math::max);
				granted.forEach((decision) -> {
					underWay.decrementAndGet();
					this.store.giveBack(decision);
				});
			}
		});
		assertThat(most.get()).isBetween(3, 5);
		assertThat(granted(SLOTS, 10)).as("none is lost").hasSize(5);
	}

	@Test
	void aKnownBlockAppliesWithoutRedis() {
		block(this.other, "blocked");
		assertThat(look("blocked").isBanned()).isTrue();
		floodOfLogins();
		goAway();
		floodOfLogins();

		assertThat(look("blocked").isViolated()).isTrue();
		assertThat(look("blocked").retryAfter()).isEqualTo(BAN);
		assertThat(look("another").isViolated()).isFalse();
		this.time.advance(BAN);
		assertThat(look("blocked").isViolated()).isFalse();
	}

	@Test
	void aKnownBlockAppliesWhileRedisIsLate() {
		startAgain(Duration.ofMillis(20), 1000);
		block(this.other, "blocked");
		assertThat(look("blocked").isBanned()).isTrue();
		this.time.advance(Duration.ofSeconds(2));
		this.held.stop();
		assertThat(look("blocked").retryAfter()).isEqualTo(BAN.minusSeconds(2));
		assertThat(look("another").isViolated()).isFalse();
		assertThat(block(this.store, "late")).isEqualTo(BlockResult.STARTED);
		assertThat(look("late").retryAfter()).isEqualTo(BAN);
		this.held.goOn();
	}

	@Test
	void aBlockThatIsKnownToBeLiftedDoesNotApply() {
		block(this.other, "lifted");
		look("lifted");
		this.other.unblock(this.login, Key.of("lifted").id());
		this.time.advance(Duration.ofSeconds(2));
		look("lifted");
		block(this.store, "lifted here");
		this.store.unblock(this.login, Key.of("lifted here").id());
		floodOfLogins();
		goAway();
		assertThat(look("lifted").isViolated()).isFalse();
		assertThat(look("lifted here").isViolated()).isFalse();
	}

	@Test
	void theFirstBlocksAreKeptIfThereIsNoRoomForMore() {
		for (int i = 0; i < FLOOD; i++) {
			assertThat(block(this.store, "key" + i)).as("in Redis there is room").isEqualTo(BlockResult.STARTED);
		}
		goAway();
		assertThat(blockedOf(FLOOD)).containsExactlyElementsOf(names(0, KNOWN_KEYS));
		assertThat(block(this.store, "another")).isEqualTo(BlockResult.NO_ROOM);
	}

	@Test
	void blocksThatHaveEndedMakeRoom() {
		for (int i = 0; i < KNOWN_KEYS; i++) {
			block(this.store, "ended" + i);
		}
		this.time.advance(Duration.ofMinutes(61));
		for (int i = 0; i < KNOWN_KEYS; i++) {
			block(this.store, "key" + i);
		}
		floodOfLogins();
		goAway();
		assertThat(blockedOf(KNOWN_KEYS)).hasSize(KNOWN_KEYS);
	}

	private BlockResult block(RedisStore store, String name) {
		return store.block(this.login, Key.of(name), this.time.wallTime().plus(BAN));
	}

	private ChargeDecision look(String name) {
		return this.store.take(Charge.of(this.login, Key.of(name), 0));
	}

	private void floodOfLogins() {
		names(1000, 1000 + FLOOD).forEach(this::look);
	}

	private List<String> blockedOf(int keys) {
		return names(0, keys).stream().filter((name) -> look(name).isViolated()).toList();
	}

	@Test
	void whatWasAllowedWithoutRedisIsChargedOnce() {
		take(this.store, TEN, "caller", 2);
		goAway();
		List<ChargeDecision> granted = granted(TEN, 5);
		flood(TEN);
		assertThat(granted(TEN, 1)).hasSize(1);
		flood(TEN);
		this.store.giveBack(granted.get(0));
		flood(TEN);
		comeBack();
		assertThat(take(this.other, TEN, "caller", 0).remaining()).isEqualTo(10 - 2 - 5);
	}

	@Test
	void permitsGrantedBeforeTheirRepliesAreGrantedOnce() {
		startAgain(Duration.ofMillis(20), 1000);
		this.held.stop();
		assertThat(granted(TEN, 6)).hasSize(6);
		flood(TEN);
		assertThat(granted(TEN, 10)).hasSize(4);
		this.held.goOn();
		Polling.until(LONG, "all are charged", () -> take(this.other, TEN, "caller", 0).remaining() == 0);
	}

	@Test
	void everyPermitIsCountedThatWillNotBeChargedForWantOfRoom() {
		goAway();
		for (int i = 0; i < KNOWN_KEYS + 10; i++) {
			take(this.store, TEN, "key" + i, 3);
		}
		long forgotten = this.store.forgottenPermits(Handles.of(TEN));
		assertThat(forgotten).isBetween(30L, 33L);
		take(this.store, TEN, "key" + (KNOWN_KEYS + 9), 2);
		take(this.store, TEN, "key" + (KNOWN_KEYS + 9), 4);
		take(this.store, TEN, "key0", 4);
		assertThat(this.store.forgottenPermits(Handles.of(TEN))).isEqualTo(forgotten + 6);

		comeBack();
		assertThat(take(this.other, TEN, "key0", 0).remaining()).isEqualTo(3);
		assertThat(take(this.other, TEN, "key" + (KNOWN_KEYS + 9), 0).remaining()).isEqualTo(10);
	}

	@Test
	void whatIsForgottenInMemoryMeanwhileIsCountedToo() {
		startAgain(Duration.ofSeconds(10), 5);
		goAway();
		for (int i = 0; i < 12; i++) {
			take(this.store, TEN, "key" + i, 3);
		}
		assertThat(this.store.forgottenPermits(Handles.of(TEN))).isEqualTo(7 * 3);
	}

	private void goAway() {
		take(this.store, StoreInstance.STILL, "looks", 0);
		this.held.fail(true);
		Polling.until(LONG, "Redis is not asked any more", () -> {
			take(this.store, StoreInstance.STILL, "looks", 0);
			return this.store.status().equals("degraded");
		});
	}

	private void comeBack() {
		this.held.fail(false);
		Polling.until(LONG, "Redis is asked again, and everything is charged",
				() -> this.store.status().equals("up") && this.store.debts() == 0);
	}

	/** Uses so many other keys that all earlier ones are evicted. */
	private void flood(Limit limit) {
		for (String name : names(1000, 1000 + FLOOD)) {
			take(this.store, limit, name, 0);
		}
	}

	private static List<String> names(int from, int to) {
		List<String> names = new ArrayList<>();
		for (int i = from; i < to; i++) {
			names.add("key" + i);
		}
		return names;
	}

	private List<ChargeDecision> granted(Limit limit, int times) {
		List<ChargeDecision> granted = new ArrayList<>();
		for (int i = 0; i < times; i++) {
			ChargeDecision decision = take(this.store, limit, "caller", 1);
			if (!decision.isViolated()) {
				granted.add(decision);
			}
		}
		return granted;
	}

	private static ChargeDecision take(RedisStore store, Limit limit, String key, long permits) {
		return store.take(StoreFixture.charge(limit, key, permits));
	}

}
