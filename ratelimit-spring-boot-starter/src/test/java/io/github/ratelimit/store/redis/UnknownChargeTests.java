package io.github.ratelimit.store.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.Limit;
import io.github.ratelimit.ManualTime;
import io.github.ratelimit.OnStoreFailure;
import io.github.ratelimit.Rate;
import io.github.ratelimit.TimeSource;
import io.github.ratelimit.registry.Handles;
import io.github.ratelimit.store.ChargeDecision;
import io.github.ratelimit.store.StoreFixture;
import io.github.ratelimit.store.StoreObserver;
import io.github.ratelimit.store.memory.MemoryStore;
import io.github.ratelimit.store.redis.client.PausedScriptClient;
import io.github.ratelimit.store.redis.client.ScriptClientFactory;
import io.github.ratelimit.store.redis.server.Polling;
import io.github.ratelimit.store.redis.server.SharedRedis;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Charges outside decisions whose outcome stays unknown. */
@Tag("redis")
@Tag("version-independent")
@Timeout(value = 120, threadMode = ThreadMode.SEPARATE_THREAD)
class UnknownChargeTests {

	private static final Duration LONG = Duration.ofSeconds(30);

	private static final Limit TOKENS = Limit.named("tokens")
		.rates(Rate.parse("1000/365d"))
		.costed(true)
		.maxDebt(1000)
		.build();

	private static final Limit LOCAL = StoreFixture.limit("local", "1000/36500d");

	private final ManualTime time = new ManualTime();

	private PausedScriptClient redis;

	private RedisStore store;

	private StoreLog log;

	@BeforeEach
	void connect() {
		SharedRedis.flush();
		this.log = new StoreLog();
		TimeSource turned = RedisTestStore.settingTheClock(this.time, SharedRedis.server());
		turned.nanoTime();
		Handles.of(LOCAL).registered().change((settings) -> settings.withOnStoreFailure(OnStoreFailure.LOCAL));
		this.redis = new PausedScriptClient(
				ScriptClientFactory.scripts(StoreInstance.lettuce(SharedRedis.server().port())));
		this.store = new RedisStore(this.redis, RedisTestStore.turnedScripts(), RedisTestStore.patient(),
				new MemoryStore(turned, 100), turned, StoreObserver.NONE);
	}

	@AfterEach
	void disconnect() {
		this.store.close();
		this.log.close();
	}

	@Test
	void aChargeThatRedisNoLongerRemembersIsNotAppliedTwice() {
		ChargeDecision taken = StoreFixture.taken(this.store, TOKENS, "caller", 100);
		this.redis.loseReplies(true);
		this.store.settle(taken, 150);
		awaitOutage();
		this.redis.fail(true);
		this.redis.loseReplies(false);
		this.time.advance(Duration.ofMinutes(11));
		forgetMarks();
		this.redis.fail(false);
		awaitCharged();

		assertThat(StoreFixture.remaining(this.store, TOKENS, "caller")).isEqualTo(1000 - 150);
		assertThat(this.store.forgottenPermits(Handles.of(TOKENS))).isEqualTo(50);
	}

	@Test
	void aChargeThatRedisRemembersIsSentAgainAndAppliedOnce() {
		ChargeDecision taken = StoreFixture.taken(this.store, TOKENS, "caller", 100);
		this.redis.loseReplies(true);
		this.store.settle(taken, 150);
		awaitOutage();
		this.time.advance(Duration.ofMinutes(9));
		this.redis.loseReplies(false);
		awaitCharged();

		assertThat(StoreFixture.remaining(this.store, TOKENS, "caller")).isEqualTo(1000 - 150);
		assertThat(this.store.forgottenPermits(Handles.of(TOKENS))).isZero();
	}

	@Test
	void aChargeThatWasCertainlyNotAppliedIsSentHoweverLate() {
		ChargeDecision taken = StoreFixture.taken(this.store, TOKENS, "caller", 100);
		this.redis.fail(true);
		this.store.settle(taken, 150);
		awaitOutage();
		this.time.advance(Duration.ofHours(1));
		this.redis.fail(false);
		awaitCharged();

		assertThat(StoreFixture.remaining(this.store, TOKENS, "caller")).isEqualTo(1000 - 150);
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 2 })
	void permitsGivenBackBeforeTheReplyToTheirChargeGoBackAfterIt(int attempts) {
		StoreFixture.taken(this.store, LOCAL, "caller", 1);
		this.redis.fail(true);
		awaitOutage();
		ChargeDecision taken = StoreFixture.taken(this.store, LOCAL, "caller", 100);
		this.redis.stop("charge");
		this.redis.fail(false);
		Polling.until(LONG, "the charge is sent", () -> this.redis.waiting() == attempts);
		this.store.settle(taken, 30);
		this.redis.goOn();
		awaitCharged();

		Polling.until(LONG,
				() -> StoreFixture.remaining(this.store, LOCAL, "caller") + " permits are left, not " + (1000 - 1 - 30),
				() -> StoreFixture.remaining(this.store, LOCAL, "caller") == 1000 - 1 - 30);
	}

	@Test
	void aChargeIsRememberedForAsLongAsItHasAnEffectWithinBounds() {
		assertThat(rememberedFor("1000/365d")).isBetween(Duration.ofMinutes(9), Duration.ofSeconds(610));
		assertThat(rememberedFor("1000/min")).isBetween(Duration.ofSeconds(110), Duration.ofSeconds(130));
		assertThat(rememberedFor("1000/s")).isBetween(Duration.ofSeconds(50), Duration.ofSeconds(70));
	}

	private Duration rememberedFor(String rate) {
		SharedRedis.flush();
		this.time.advance(Duration.ofMillis(1));
		Limit limit = Limit.named("limit").rates(Rate.parse(rate)).costed(true).maxDebt(1000).build();
		this.store.settle(StoreFixture.taken(this.store, limit, "caller", 1), 2);
		return Duration.ofMillis((Long) SharedRedis.server().command("PTTL", marks().get(0).toString()));
	}

	private void awaitOutage() {
		Polling.until(LONG, "Redis is not asked any more", () -> {
			this.store.take(StoreFixture.charge(StoreInstance.STILL, "looks", 0));
			return this.store.status().equals("degraded");
		});
	}

	private void awaitCharged() {
		Polling.until(LONG, "Redis is asked again, and nothing is left to charge",
				() -> this.store.status().equals("up") && this.store.debts() == 0);
	}

	private static List<?> marks() {
		return (List<?>) SharedRedis.server().command("KEYS", "ratelimit:1:#charged:*");
	}

	/** Redis does so by its own clock. */
	private static void forgetMarks() {
		List<?> marks = marks();
		assertThat(marks).hasSize(1);
		SharedRedis.server().command("DEL", marks.get(0).toString());
	}

}
