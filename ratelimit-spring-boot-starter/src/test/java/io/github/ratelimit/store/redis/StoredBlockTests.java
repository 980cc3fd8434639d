package io.github.ratelimit.store.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.Key;
import io.github.ratelimit.Limit;
import io.github.ratelimit.ManualTime;
import io.github.ratelimit.Penalty;
import io.github.ratelimit.Rate;
import io.github.ratelimit.TimeSource;
import io.github.ratelimit.registry.Handles;
import io.github.ratelimit.registry.LimitHandle;
import io.github.ratelimit.registry.LimitSettings;
import io.github.ratelimit.registry.RegisteredLimit;
import io.github.ratelimit.store.BlockResult;
import io.github.ratelimit.store.Charge;
import io.github.ratelimit.store.ChargeDecision;
import io.github.ratelimit.store.StoreFixture;
import io.github.ratelimit.store.StoreObserver;
import io.github.ratelimit.store.memory.MemoryStore;
import io.github.ratelimit.store.redis.client.ScriptClientFactory;
import io.github.ratelimit.store.redis.script.BucketEncoding;
import io.github.ratelimit.store.redis.server.SharedRedis;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Blocks as they are kept in Redis: earlier versions, which have bans only, read and
 * write them as a bucket of one permit that refills in the time of a ban.
 */
@Tag("redis")
@Tag("version-independent")
class StoredBlockTests {

	private static final Duration BAN = Duration.ofHours(1);

	private static final Key CALLER = Key.of("caller");

	/** What an earlier version takes for a ban, and looks at. */
	private static final Limit EARLIER = Limit.named("login..ban").rates(Rate.of(1, BAN)).maxDebt(0).build();

	private final LimitHandle login = RegisteredLimit
		.of(LimitSettings.of(StoreFixture.limit("login", "5/s"))
			.withPenalty(new Penalty(3, Duration.ofMinutes(1), BAN)))
		.handle();

	private final ManualTime time = new ManualTime();

	private RedisStore store;

	/** Stands for an instance of an earlier version. */
	private RedisStore earlier;

	@BeforeEach
	void connect() {
		SharedRedis.flush();
		TimeSource turned = RedisTestStore.settingTheClock(this.time, SharedRedis.server());
		this.store = store(turned);
		this.earlier = store(turned);
		this.time.advance(Duration.ofDays(1));
		turned.nanoTime();
	}

	private static RedisStore store(TimeSource turned) {
		return new RedisStore(ScriptClientFactory.scripts(StoreInstance.lettuce(SharedRedis.server().port())),
				RedisTestStore.turnedScripts(), RedisTestStore.patient(), new MemoryStore(turned, 100), turned,
				StoreObserver.NONE);
	}

	@AfterEach
	void disconnect() {
		this.store.close();
		this.earlier.close();
	}

	@Test
	void aBanOfAnEarlierVersionIsABlock() {
		this.earlier.take(Charge.of(Handles.of(EARLIER), CALLER, 1));
		this.time.advance(Duration.ofMinutes(20));

		assertThat(take().isBanned()).isTrue();
		assertThat(take().retryAfter()).isEqualTo(Duration.ofMinutes(40));
		assertThat(block(BAN)).isEqualTo(BlockResult.ALREADY_BLOCKED);
		assertThat(take().retryAfter()).isEqualTo(BAN);
	}

	@Test
	void aBlockIsABanOfAnEarlierVersion() {
		assertThat(block(BAN)).isEqualTo(BlockResult.STARTED);
		this.time.advance(Duration.ofMinutes(20));
		assertThat(look().retryAfter()).isEqualTo(Duration.ofMinutes(40).minusSeconds(1));
		assertThat(this.earlier.take(Charge.of(Handles.of(EARLIER), CALLER, 1)).isViolated()).as("banned again")
			.isTrue();

		block(Duration.ofHours(5));
		assertThat(look().retryAfter()).as("longer than a ban").isEqualTo(Duration.ofHours(5).minusSeconds(1));
		assertThat(this.store.unblock(this.login, CALLER.id())).isTrue();
		block(Duration.ofSeconds(3));
		assertThat(look().retryAfter()).as("shorter than a ban").isEqualTo(Duration.ofSeconds(2));
		this.time.advance(Duration.ofSeconds(1));
		assertThat(look().isViolated()).isFalse();
	}

	@Test
	void aBlockIsWrittenAsTheBanOfAnEarlierVersion() {
		block(BAN);
		byte[] block = value();
		this.store.unblock(this.login, CALLER.id());
		this.earlier.take(Charge.of(Handles.of(EARLIER), CALLER, 1));

		ByteBuffer ban = BucketEncoding.buffer(block.length).put(value()).putInt(35, 0);
		assertThat(BucketEncoding.buffer(block.length).put(block).putInt(35, 0).array()).as("but for the origin")
			.isEqualTo(ban.array());
	}

	@Test
	void aBlockEndsInRedisWithItsTime() {
		block(Duration.ofDays(2));
		assertThat((Long) SharedRedis.server().command("PTTL", name())).isGreaterThan(Duration.ofDays(2).toMillis());
	}

	private BlockResult block(Duration duration) {
		return this.store.block(this.login, CALLER, this.time.wallTime().plus(duration));
	}

	private ChargeDecision take() {
		return this.store.take(Charge.of(this.login, CALLER, 1));
	}

	/** Peeks as an earlier version does, a second later, so that it calls Redis. */
	private ChargeDecision look() {
		this.time.advance(Duration.ofSeconds(1));
		return this.earlier.take(Charge.peek(Handles.of(EARLIER), CALLER, 1));
	}

	private static String name() {
		return "ratelimit:1:login..ban:{" + CALLER.id() + "}";
	}

	private static byte[] value() {
		return String.valueOf(SharedRedis.server().command("GET", name())).getBytes(StandardCharsets.ISO_8859_1);
	}

}
