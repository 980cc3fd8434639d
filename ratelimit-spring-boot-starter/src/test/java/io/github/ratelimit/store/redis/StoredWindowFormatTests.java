package io.github.ratelimit.store.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.Algorithm;
import io.github.ratelimit.Key;
import io.github.ratelimit.Limit;
import io.github.ratelimit.LimitBuilder;
import io.github.ratelimit.ManualTime;
import io.github.ratelimit.OnStoreFailure;
import io.github.ratelimit.Rate;
import io.github.ratelimit.store.ChargeDecision;
import io.github.ratelimit.store.StoreFixture;
import io.github.ratelimit.store.StoreObserver;
import io.github.ratelimit.store.memory.MemoryStore;
import io.github.ratelimit.store.redis.client.ScriptClient;
import io.github.ratelimit.store.redis.client.ScriptClientFactory;
import io.github.ratelimit.store.redis.script.LimitEncoding;
import io.github.ratelimit.store.redis.server.SharedRedis;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The formats of limits of windows and of slots, byte by byte, as docs/redis.md describes
 * them.
 */
@Tag("redis")
@Tag("version-independent")
class StoredWindowFormatTests {

	private static final double MINUTE = 60_000_000;

	private static final String ID = Key.of("caller").id();

	private final ManualTime time = new ManualTime();

	private RedisStore store;

	@BeforeEach
	void connect() {
		SharedRedis.flush();
		ScriptClient redis = ScriptClientFactory.scripts(StoreInstance.lettuce(SharedRedis.server().port()));
		RedisStoreSettings settings = new RedisStoreSettings("ratelimit", Duration.ofSeconds(10), 100,
				OnStoreFailure.DENY, Duration.ofSeconds(30));
		this.store = new RedisStore(redis, RedisTestStore.turnedScripts(), settings, new MemoryStore(this.time, 100),
				RedisTestStore.settingTheClock(this.time, SharedRedis.server()), StoreObserver.NONE);
		this.time.advance(Duration.ofHours(7));
	}

	@AfterEach
	void disconnect() {
		this.store.close();
	}

	@Test
	void aFixedWindowIsWhatItsRatesHaveLeft() {
		take(limit(Algorithm.FIXED_WINDOW), 3);

		ByteBuffer value = valueAfterHead('F');
		assertThat(value.getDouble()).as("left").isEqualTo(7);
		assertEndsWithOriginAndLabel(value);
	}

	@Test
	void aSlidingWindowIsItsSegments() {
		Limit limit = limit(Algorithm.SLIDING_WINDOW);
		take(limit, 3);
		this.time.advance(Duration.ofSeconds(9));
		take(limit, 2);

		ByteBuffer value = valueAfterHead('S');
		double segment = Math.floor(micros(now()) / (MINUTE / 20));
		assertThat(value.getDouble()).as("segments of a period").isEqualTo(20);
		assertThat(value.getDouble()).as("sum").isEqualTo(5);
		assertThat(value.getShort()).as("segments with a count").isEqualTo((short) 2);
		assertThat(value.getDouble()).isEqualTo(segment - 3);
		assertThat(value.getDouble()).isEqualTo(3);
		assertThat(value.getDouble()).isEqualTo(segment);
		assertThat(value.getDouble()).isEqualTo(2);
		assertEndsWithOriginAndLabel(value);
	}

	@Test
	void aSlidingWindowCounterIsTwoCounts() {
		Limit limit = limit(Algorithm.SLIDING_WINDOW_COUNTER);
		take(limit, 3);
		this.time.advance(Duration.ofMinutes(1));
		take(limit, 2);

		ByteBuffer value = valueAfterHead('C');
		assertThat(value.getDouble()).as("this window").isEqualTo(2);
		assertThat(value.getDouble()).as("the one before").isEqualTo(3);
		assertEndsWithOriginAndLabel(value);
	}

	@Test
	void aSlidingWindowLogIsItsCalls() {
		Limit limit = limit(Algorithm.SLIDING_WINDOW_LOG);
		double first = micros(now());
		take(limit, 1);
		take(limit, 2);
		this.time.advance(Duration.ofSeconds(9));
		take(limit, 4);

		ByteBuffer value = valueAfterHead('L');
		assertThat(value.getDouble()).as("sum").isEqualTo(7);
		assertThat(value.getDouble()).as("position of the oldest").isZero();
		assertThat(value.getDouble()).as("entries").isEqualTo(2);
		byte[] originAndLabel = new byte[value.get()];
		value.get(originAndLabel);
		assertThat(new String(originAndLabel, 4, originAndLabel.length - 4, StandardCharsets.UTF_8))
			.isEqualTo("value:c***");
		assertThat(value.getDouble()).isEqualTo(first);
		assertThat(value.getInt()).isEqualTo(3);
		assertThat(value.getDouble()).isEqualTo(micros(now()));
		assertThat(value.getInt()).isEqualTo(4);
		assertThat(value.hasRemaining()).isFalse();
	}

	@Test
	void slotsAreASortedSetOfLeasesByTheirEnds() {
		take(Limit.named("slots").maxConcurrent(5).build(), 2);

		List<?> leases = (List<?>) SharedRedis.server()
			.command("ZRANGE", "ratelimit:1:slots#places:{" + ID + "}", "0", "-1", "WITHSCORES");
		assertThat(leases).hasSize(4);
		for (int i = 0; i < 2; i++) {
			ByteBuffer member = bytes(leases.get(2 * i));
			assertThat(member.getLong(0)).as("the lease").isEqualTo(bytes(leases.get(0)).getLong(0));
			assertThat(member.getInt(8)).as("number of the slot").isEqualTo(i + 1);
			assertThat(StandardCharsets.UTF_8.decode(member.position(12)).toString()).isEqualTo("value:c***");
			assertThat(Double.parseDouble(leases.get(2 * i + 1).toString())).as("the end of the lease")
				.isEqualTo(micros(now()) + 30_000_000);
		}
	}

	@ParameterizedTest
	@EnumSource(value = Algorithm.class, names = "CONCURRENCY", mode = EnumSource.Mode.EXCLUDE)
	void anotherAlgorithmBeginsWithAsMuchUsed(Algorithm algorithm) {
		for (Algorithm before : Algorithm.values()) {
			if (before != Algorithm.CONCURRENCY && before != algorithm) {
				SharedRedis.flush();
				this.time.advance(Duration.ofHours(1));
				take(limit(before), 3);

				Limit wider = Limit.named("chat").algorithm(algorithm).rates(Rate.parse("20/min")).build();
				assertThat(StoreFixture.remaining(this.store, wider, "caller")).as("%s after %s", algorithm, before)
					.isEqualTo(14);
				StoreFixture.taken(this.store, wider, "caller", 14);
				assertThat(StoreFixture.remaining(this.store, limit(before), "caller")).isZero();
			}
		}
	}

	@ParameterizedTest
	@EnumSource(value = Algorithm.class, names = "CONCURRENCY", mode = EnumSource.Mode.EXCLUDE)
	void otherPermitsGoOnWithWhatWasTaken(Algorithm algorithm) {
		take(limit(algorithm), 5);

		Limit wider = Limit.named("chat").algorithm(algorithm).rates(Rate.parse("100/min")).build();
		long remaining = StoreFixture.remaining(this.store, wider, "caller");
		assertThat(remaining).isEqualTo((algorithm == Algorithm.TOKEN_BUCKET) ? 50 : 95);
	}

	@ParameterizedTest
	@EnumSource(value = Algorithm.class, names = { "CONCURRENCY", "TOKEN_BUCKET" }, mode = EnumSource.Mode.EXCLUDE)
	void whatARefusalReadsInProportionStaysAsItWas(Algorithm algorithm) {
		Limit larger = Limit.named("chat").algorithm(algorithm).rates(Rate.parse("1000/min")).build();
		take(larger, 931);
		ByteBuffer before = value();

		ChargeDecision refused = this.store.take(StoreFixture.charge(limit(algorithm), "caller", 1));

		assertThat(refused.isViolated()).isTrue();
		assertThat(value()).isEqualTo(before);
	}

	/**
	 * First the shares, which versions read that know no more, then the permits: so no
	 * version of the library, and no configuration, reads anything but a limit.
	 */
	@ParameterizedTest
	@CsvSource({ "10, 1000, 1000, 551", "6, 10, 30, 17", "7, 1000, 7000, 4157", "7, 50000000000, 350000000000, " })
	void twoConfigurationsInTurnAreStoredAsALimitOfTwoRates(long smaller, long larger, double units,
			@Nullable Double used) {
		Limit one = limit(Algorithm.SLIDING_WINDOW, smaller);
		take(limit(Algorithm.SLIDING_WINDOW, larger), (larger == 10) ? 4 : 451);
		take(one, 1);

		ByteBuffer value = value();
		assertThat(value.get(1)).as("number of rates").isEqualTo((byte) 2);
		assertThat(value.getDouble(11)).as("permits in units").isEqualTo(units);
		assertThat(value.getDouble(27)).as("permits").isEqualTo(larger);
		if (used != null) {
			assertThat(value.getDouble(51)).as("sum in units").isEqualTo(used);
		}

		this.time.advance(Duration.ofSeconds(30));
		take(one, 1);
		this.time.advance(Duration.ofSeconds(40));
		take(one, 1);
		assertThat(value().get(1)).as("number of rates, once all that counts are its own").isEqualTo((byte) 1);
		assertThat(value().getDouble(11)).as("permits").isEqualTo(smaller);
		assertThat(value().getDouble(35)).as("sum").isEqualTo(2);
	}

	private static Limit limit(Algorithm algorithm, long permits) {
		return Limit.named("chat").algorithm(algorithm).rates(Rate.of(permits, Duration.ofMinutes(1))).build();
	}

	@ParameterizedTest
	@EnumSource(value = Algorithm.class, names = "CONCURRENCY", mode = EnumSource.Mode.EXCLUDE)
	void aTimeFarAheadIsReadAsNow(Algorithm algorithm) {
		Limit limit = limit(algorithm);
		this.time.advance(Duration.ofHours(3));
		take(limit, 10);
		Instant ahead = now();
		RedisTestStore.set(SharedRedis.server(), ahead.minus(Duration.ofHours(2)));
		try (RedisStore behind = new RedisStore(
				ScriptClientFactory.scripts(StoreInstance.lettuce(SharedRedis.server().port())),
				RedisTestStore.turnedScripts(), RedisTestStore.patient(), new MemoryStore(this.time, 100), this.time,
				StoreObserver.NONE)) {
			ChargeDecision refused = behind.take(StoreFixture.charge(limit, "caller", 1));
			assertThat(refused.isViolated()).isTrue();
			assertThat(refused.retryAfter()).isBetween(Duration.ZERO, Duration.ofMinutes(2));
		}
	}

	private static Limit limit(Algorithm algorithm) {
		LimitBuilder builder = Limit.named("chat").algorithm(algorithm);
		return builder.rates(Rate.parse("10/min")).build();
	}

	private void take(Limit limit, long permits) {
		StoreFixture.taken(this.store, limit, "caller", permits);
	}

	private static ByteBuffer value() {
		return bytes(SharedRedis.server().command("GET", "ratelimit:1:chat:{" + ID + "}"));
	}

	private ByteBuffer valueAfterHead(char kind) {
		ByteBuffer value = value();
		assertThat((char) value.get()).as("kind").isEqualTo(kind);
		assertThat(value.get()).as("rates").isEqualTo((byte) 1);
		assertThat(value.get()).as("flags").isZero();
		assertThat(value.getDouble()).as("time").isEqualTo(micros(now()));
		assertThat(value.getDouble()).as("permits").isEqualTo(10);
		assertThat(value.getDouble()).as("period").isEqualTo(MINUTE);
		return value;
	}

	private static void assertEndsWithOriginAndLabel(ByteBuffer value) {
		assertThat(value.getInt()).as("origin").isNotZero();
		assertThat(StandardCharsets.UTF_8.decode(value).toString()).isEqualTo("value:c***");
	}

	private Instant now() {
		return this.time.wallTime();
	}

	private static double micros(Instant time) {
		return 1e6 * time.getEpochSecond() + TimeUnit.NANOSECONDS.toMicros(time.getNano());
	}

	private static ByteBuffer bytes(Object value) {
		byte[] bytes = String.valueOf(value).getBytes(StandardCharsets.ISO_8859_1);
		return LimitEncoding.buffer(bytes.length).put(bytes).flip();
	}

}
