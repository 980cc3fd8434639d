package io.github.ratelimit.store.redis.script;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.store.StoreFixture;
import io.github.ratelimit.store.redis.RedisTestStore;
import io.github.ratelimit.store.redis.StoreInstance;
import io.github.ratelimit.store.redis.client.ScriptClient;
import io.github.ratelimit.store.redis.client.ScriptClientFactory;
import io.github.ratelimit.store.redis.server.SharedRedis;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Charges that share a script call, in each of the three parts of the script: that for
 * one rate, that for several, and the general one, which decides if a time is ahead.
 */
@Tag("redis")
class CoalescedChargesTests {

	private static final Instant NOW = Instant.parse("2025-11-29T10:00:00.123456Z");

	/** Permits that are taken, and permits that are needed. */
	private static final long[][] CHARGES = { { 1, 1 }, { 0, 3 }, { 4, 4 }, { 20, 20 }, { 2, 2 }, { 0, 0 }, { 0, 9 },
			{ 3, 3 }, { 1, 1 } };

	private static final byte[] FRESH = "1234value:ca***".getBytes(StandardCharsets.US_ASCII);

	private final StoreScripts scripts = RedisTestStore.turnedScripts();

	private ScriptClient redis;

	@BeforeEach
	void connect() {
		SharedRedis.flush();
		this.redis = ScriptClientFactory.scripts(StoreInstance.lettuce(SharedRedis.server().port()));
	}

	@AfterEach
	void disconnect() {
		this.redis.close();
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			10/min                  | PT0S
			10/min                  | PT3S
			8/s, 10/min, 1000/h     | PT0S
			8/s, 10/min, 1000/h     | PT3S
			10/min                  | PT-0.5S
			8/s, 10/min, 1000/h     | PT-0.5S
			""")
	void areDecidedAsIfEachHadComeAlone(String rates, Duration passed) throws Exception {
		BucketEncoding encoding = new BucketEncoding(StoreFixture.limit("chat", rates));
		RedisTestStore.set(SharedRedis.server(), NOW);
		take("alone", encoding.encode(1));
		take("together", encoding.encode(1));
		RedisTestStore.set(SharedRedis.server(), NOW.plus(passed));

		assertThat(takeTogether("together", encoding)).isEqualTo(takeAlone("alone", encoding));
		assertThat(value("together")).isEqualTo(value("alone")).isNotNull();
		assertThat(takeTogether("new", encoding)).isEqualTo(takeAlone("new too", encoding));
		assertThat(value("new")).isEqualTo(value("new too")).isNotNull();
	}

	private byte[] takeAlone(String key, BucketEncoding encoding) throws Exception {
		ByteArrayOutputStream replies = new ByteArrayOutputStream();
		for (long[] charge : CHARGES) {
			replies.write(take(key, encoding.encode(charge[0], charge[1], true)));
		}
		return replies.toByteArray();
	}

	private byte[] takeTogether(String key, BucketEncoding encoding) throws Exception {
		ByteBuffer further = BucketEncoding
			.buffer(2 * (CHARGES.length - 1) * encoding.limit().rates().size() * Double.BYTES);
		for (int i = 1; i < CHARGES.length; i++) {
			further.put(encoding.costs(CHARGES[i][0], CHARGES[i][1]));
		}
		return take(key, encoding.encode(CHARGES[0][0], CHARGES[0][1], true), further.array());
	}

	private byte[] take(String key, byte[] charge, byte[]... further) throws Exception {
		byte[][] args = new byte[1 + further.length][];
		args[0] = ByteBuffer.allocate(charge.length + FRESH.length + 1)
			.put(charge)
			.put(FRESH)
			.put((byte) FRESH.length)
			.array();
		System.arraycopy(further, 0, args, 1, further.length);
		return this.redis.run(this.scripts.take(), new byte[][] { key.getBytes(StandardCharsets.US_ASCII) }, args)
			.get(5, TimeUnit.SECONDS);
	}

	private static Object value(String key) {
		return SharedRedis.server().command("GET", key);
	}

}
