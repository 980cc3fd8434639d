package io.github.ratelimit.store.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.Algorithm;
import io.github.ratelimit.Key;
import io.github.ratelimit.Limit;
import io.github.ratelimit.ManualTime;
import io.github.ratelimit.Rate;
import io.github.ratelimit.store.ChargeDecision;
import io.github.ratelimit.store.StoreFixture;
import io.github.ratelimit.store.memory.MemoryStore;
import io.github.ratelimit.store.redis.client.ScriptClient;
import io.github.ratelimit.store.redis.client.ScriptClientFactory;
import io.github.ratelimit.store.redis.server.SharedRedis;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A log of calls in one string, of which a decision reads and writes only parts. */
@Tag("redis")
@Tag("version-independent")
class LogInRedisTests {

	private static final Limit LOG = Limit.named("log")
		.algorithm(Algorithm.SLIDING_WINDOW_LOG)
		.rates(Rate.parse("100/s"))
		.build();

	private static final String NAME = "ratelimit:1:log:{" + Key.of("caller").id() + "}";

	private final ManualTime time = new ManualTime();

	private RedisStore store;

	@BeforeEach
	void connect() {
		SharedRedis.flush();
		ScriptClient redis = ScriptClientFactory.scripts(StoreInstance.lettuce(SharedRedis.server().port()));
		this.store = RedisTestStore.turned(SharedRedis.server(), redis, new MemoryStore(this.time, 100), this.time);
	}

	@AfterEach
	void disconnect() {
		this.store.close();
	}

	@Test
	void whatNoLongerCountsIsLeftOutNowAndThen() {
		long most = 0;
		for (int i = 0; i < 3_000; i++) {
			assertThat(take().isViolated()).as("call %d", i).isFalse();
			this.time.advance(Duration.ofMillis(10));
			most = Math.max(most, length());
		}
		assertThat(most).isBetween(1_000L, 3_000L);
	}

	@Test
	void entriesThatWereGivenBackTakeNoRoomForEver() {
		Deque<ChargeDecision> open = new ArrayDeque<>();
		long most = 0;
		for (int i = 0; i < 3_000; i++) {
			open.add(take());
			this.time.advance(Duration.ofNanos(1_000));
			if (open.size() == 50) {
				this.store.giveBack(open.remove());
			}
			most = Math.max(most, length());
		}
		assertThat(most).isLessThan(6_000L);
		assertThat(StoreFixture.remaining(this.store, LOG, "caller")).isEqualTo(51);
	}

	@Test
	void aLogOfTenThousandCallsIsReadInPartsOnly() {
		Limit large = Limit.named("log").algorithm(Algorithm.SLIDING_WINDOW_LOG).rates(Rate.parse("10000/h")).build();
		for (int i = 0; i < 2_000; i++) {
			StoreFixture.taken(this.store, large, "caller", 5);
			this.time.advance(Duration.ofMillis(1));
		}
		ChargeDecision refused = this.store.take(StoreFixture.charge(large, "caller", 10_000));

		assertThat(refused.retryAfter()).isEqualTo(Duration.ofHours(1).minusMillis(1));
		assertThat(length()).isEqualTo(2_000 * 12 + 66);
	}

	private ChargeDecision take() {
		return this.store.take(StoreFixture.charge(LOG, "caller", 1));
	}

	private static long length() {
		return (Long) SharedRedis.server().command("STRLEN", NAME);
	}

}
