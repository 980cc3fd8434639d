package io.github.ratelimit.store.redis;

import io.github.ratelimit.Limit;
import io.github.ratelimit.LimitDecision;
import io.github.ratelimit.OnStoreFailure;
import io.github.ratelimit.store.StoreFixture;
import io.github.ratelimit.store.redis.server.RedisServer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** What Redis refuses, and what stands under our keys and is not ours. */
class ForeignStateTests {

	private static final Limit LIMIT = StoreFixture.limit("chat", "10/36500d");

	private final RedisServer redis = RedisServer.start();

	private final StoreLog log = new StoreLog();

	private final Instance instance = Instance.through(this.redis.port())
		.onStoreFailure(OnStoreFailure.DENY)
		.build()
		.awaitUp();

	@AfterEach
	void stop() {
		this.instance.close();
		this.log.close();
		this.redis.close();
	}

	@Test
	void aForeignTypeUnderAKeyConcernsOnlyThatKey() {
		this.redis.command("LPUSH", name("caller"), "not ours");

		for (int i = 0; i < 30; i++) {
			assertThat(this.instance.take(LIMIT, "caller").unavailable()).isTrue();
			assertThat(this.instance.take(Instance.STILL, "other").isDegraded()).isFalse();
		}

		assertThat(this.instance.store().status()).isEqualTo("up");
		assertThat(this.instance.told().failures()).containsOnlyKeys("wrongtype");
		assertThat(this.redis.command("LLEN", name("caller"))).isEqualTo(1L);
		assertThat(this.log.lines()).anyMatch((line) -> line.contains(name("caller")) && line.contains("not ours"));
	}

	@Test
	void ofALimitOverAForeignKeyNothingElseIsTaken() {
		this.redis.command("LPUSH", name("caller"), "not ours");

		List<LimitDecision> decisions = this.instance.takeAll(StoreFixture.charge(Instance.STILL, "caller", 1),
				StoreFixture.charge(LIMIT, "caller", 1));

		assertThat(decisions).anyMatch(LimitDecision::unavailable);
		assertThat(this.instance.remaining(Instance.STILL, "caller")).isEqualTo(365);
	}

	@Test
	void bytesThatAreNoStateAreNeverReadAsOne() {
		long seed = System.nanoTime();
		Random random = new Random(seed);
		for (int i = 0; i < 400; i++) {
			byte[] bytes = new byte[random.nextInt(80)];
			random.nextBytes(bytes);
			if (bytes.length > 1 && random.nextBoolean()) {
				bytes[0] = '1';
				bytes[1] = (byte) random.nextInt(4);
			}
			this.redis.command("SET", name("caller" + i), new String(bytes, StandardCharsets.ISO_8859_1));

			LimitDecision decision = this.instance.take(LIMIT, "caller" + i);

			boolean read = !decision.isDegraded();
			assertThat(read && decision.remaining() > 9).as("seed %d, %d: %s", seed, i, decision).isFalse();
		}
		assertThat(this.instance.store().status()).isEqualTo("up");
	}

	@Test
	void aResetRemovesWhatIsNotOurs() {
		this.redis.command("SET", name("caller"), "2 of a later version");
		assertThat(this.instance.take(LIMIT, "caller").unavailable()).isTrue();

		assertThat(this.instance.store().reset(LIMIT, id("caller"))).isTrue();

		assertThat(this.instance.take(LIMIT, "caller").remaining()).isEqualTo(9);
	}

	@Test
	void aRedisWithoutMemoryIsAFailureUntilItHasSomeAgain() {
		this.redis.command("CONFIG", "SET", "maxmemory", "1");

		for (int i = 0; i < 10; i++) {
			assertThat(this.instance.take(LIMIT, "caller" + i).unavailable()).isTrue();
		}
		assertThat(this.instance.store().status()).isEqualTo("degraded");
		assertThat(this.instance.told().failures()).containsKey("oom");

		this.redis.command("CONFIG", "SET", "maxmemory", "0");
		this.instance.awaitUp();
		assertThat(this.instance.take(LIMIT, "caller").isDegraded()).isFalse();
	}

	@Test
	void aReplicaThatMayNotBeWrittenIsAFailure() {
		try (RedisServer replica = RedisServer.startReplicaOf(this.redis);
				Instance readOnly = Instance.through(replica.port()).onStoreFailure(OnStoreFailure.DENY).build()) {
			for (int i = 0; i < 10; i++) {
				assertThat(readOnly.take(LIMIT, "caller" + i).unavailable()).isTrue();
			}
			assertThat(readOnly.store().status()).isEqualTo("degraded");
			assertThat(readOnly.told().failures()).containsKey("readonly");
		}
	}

	private static String name(String key) {
		return "ratelimit:1:chat:{" + id(key) + "}";
	}

	private static String id(String key) {
		return StoreFixture.charge(LIMIT, key, 1).key().id();
	}

}
