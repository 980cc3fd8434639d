package io.github.ratelimit.store.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.Limit;
import io.github.ratelimit.ManualTime;
import io.github.ratelimit.registry.Handles;
import io.github.ratelimit.store.BucketModel;
import io.github.ratelimit.store.Charge;
import io.github.ratelimit.store.ChargeDecision;
import io.github.ratelimit.store.LimitStore;
import io.github.ratelimit.store.StoreFixture;
import io.github.ratelimit.store.memory.MemoryStore;
import io.github.ratelimit.store.redis.client.RecordingScriptClient;
import io.github.ratelimit.store.redis.client.ScriptClient;
import io.github.ratelimit.store.redis.client.ScriptClientFactory;
import io.github.ratelimit.store.redis.server.SharedRedis;
import java.time.Duration;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A denied key is answered without asking, as long as the refusal certainly holds. */
@Tag("redis")
@Tag("version-independent")
class DeniedKeyTests {

	private static final Limit DAILY = StoreFixture.limit("daily", "10/d");

	private final ManualTime time = new ManualTime();

	private RecordingScriptClient redis;

	private RedisStore store;

	private RedisStore other;

	@BeforeEach
	void connect() {
		SharedRedis.flush();
		this.redis = new RecordingScriptClient(
				ScriptClientFactory.scripts(StoreInstance.lettuce(SharedRedis.server().port())));
		this.store = store(this.redis);
		this.other = store(this.redis);
	}

	private RedisStore store(ScriptClient redis) {
		return RedisTestStore.turned(SharedRedis.server(), redis, new MemoryStore(this.time, 100), this.time);
	}

	@AfterEach
	void disconnect() {
		this.store.close();
		this.other.close();
	}

	@Test
	void noCallIsSentForADeniedKeyDuringASecond() {
		exhaust(this.store);
		long sent = this.redis.count();
		for (int i = 0; i < 99; i++) {
			this.time.advance(Duration.ofMillis(10));
			assertThat(take(this.store, 1).isViolated()).isTrue();
		}
		assertThat(this.redis.count()).isEqualTo(sent);

		this.time.advance(Duration.ofMillis(10));
		assertThat(take(this.store, 1).isViolated()).isTrue();
		assertThat(this.redis.count()).isEqualTo(sent + 1);
	}

	@Test
	void aRefusalWithoutACallOfRedisHasTheSameFacts() {
		exhaust(this.store);
		this.time.advance(Duration.ofMillis(700));

		ChargeDecision told = take(this.store, 1);

		assertThat(told.retryAfter()).isEqualTo(Duration.ofHours(24).dividedBy(10).minusMillis(700));
		assertThat(told.remaining()).isZero();
		assertThat(told.resetAfter()).isEqualTo(Duration.ofHours(24).minusMillis(700));
	}

	@Test
	void aSmallerChargeThatCanBePaidIsSent() {
		take(this.store, 8);
		assertThat(take(this.store, 3).isViolated()).isTrue();

		assertThat(take(this.store, 2).isViolated()).isFalse();
	}

	@Test
	void aDenialEndsWhenThePermitHasCome() {
		Limit fast = StoreFixture.limit("fast", "10/s");
		Charge charge = StoreFixture.charge(fast, "caller", 10);
		this.store.take(charge);
		Charge one = StoreFixture.charge(fast, "caller", 1);
		assertThat(this.store.take(one).isViolated()).isTrue();

		this.time.advance(Duration.ofNanos(99_999_000));
		assertThat(this.store.take(one).isViolated()).isTrue();
		this.time.advance(Duration.ofNanos(1_000));
		assertThat(this.store.take(one).isViolated()).isFalse();
	}

	@Test
	void permitsGivenBackByTheInstanceItselfEndADenialAtOnce() {
		ChargeDecision taken = take(this.store, 10);
		assertThat(take(this.store, 1).isViolated()).isTrue();

		this.store.giveBack(taken);

		assertThat(take(this.store, 10).isViolated()).isFalse();
	}

	@Test
	void ifOthersGiveBackADenialLastsAtMostATenthOfASecond() {
		ChargeDecision first = take(this.other, 5);
		this.other.giveBack(first);
		ChargeDecision taken = take(this.other, 10);
		assertThat(take(this.store, 1).isViolated()).isTrue();
		this.other.giveBack(taken);

		this.time.advance(Duration.ofMillis(99));
		assertThat(take(this.store, 1).isViolated()).isTrue();
		this.time.advance(Duration.ofMillis(1));
		assertThat(take(this.store, 1).isViolated()).isFalse();
	}

	@Test
	void aResetElsewhereIsSeenWithinASecond() {
		exhaust(this.store);
		assertThat(take(this.store, 1).isViolated()).isTrue();

		assertThat(this.other.reset(Handles.of(DAILY), StoreFixture.charge(DAILY, "caller", 1).key().id())).isTrue();

		this.time.advance(Duration.ofSeconds(1));
		assertThat(take(this.store, 1).isViolated()).isFalse();
	}

	@Test
	void aResetHereAndOtherRatesAreSeenAtOnce() {
		exhaust(this.store);
		assertThat(this.store.reset(Handles.of(DAILY), StoreFixture.charge(DAILY, "caller", 1).key().id())).isTrue();
		assertThat(take(this.store, 5).isViolated()).isFalse();
		assertThat(take(this.store, 6).isViolated()).isTrue();

		Limit wider = StoreFixture.limit("daily", "100/d");
		assertThat(this.store.take(StoreFixture.charge(wider, "caller", 6)).isViolated()).isFalse();
	}

	@Test
	void withoutRefundsNoDenialIsEverFalse() {
		long seed = System.nanoTime();
		SplittableRandom random = new SplittableRandom(seed);
		Limit limit = StoreFixture.limit("two", "7/s burst 20, 100/min");
		BucketModel model = new BucketModel(limit, 0, 1_000);
		int denied = 0;
		for (int step = 0; step < 3_000; step++) {
			model.at(this.time.nanoTime());
			LimitStore asked = random.nextBoolean() ? this.store : this.other;
			long permits = 1 + random.nextLong(12);
			boolean refused = asked.take(StoreFixture.charge(limit, "caller", permits)).isViolated();
			assertThat(refused).as("seed %d, step %d", seed, step).isEqualTo(!model.has(permits));
			if (refused) {
				denied++;
			}
			else {
				model.take(permits);
			}
			this.time.advance(Duration.ofNanos(1_000 * random.nextLong(200_000)));
		}
		assertThat(denied).isGreaterThan(1_000);
		assertThat(this.redis.count("take")).isLessThan(3_000 - denied / 3);
	}

	private void exhaust(LimitStore store) {
		assertThat(store.take(StoreFixture.charge(DAILY, "caller", 10)).isViolated()).isFalse();
		assertThat(store.take(StoreFixture.charge(DAILY, "caller", 1)).isViolated()).isTrue();
	}

	private static ChargeDecision take(LimitStore store, long permits) {
		return store.take(StoreFixture.charge(DAILY, "caller", permits));
	}

}
