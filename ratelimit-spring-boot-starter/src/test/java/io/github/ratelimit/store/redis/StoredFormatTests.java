package io.github.ratelimit.store.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.Limit;
import io.github.ratelimit.ManualTime;
import io.github.ratelimit.registry.Handles;
import io.github.ratelimit.store.ChargeDecision;
import io.github.ratelimit.store.KeyState;
import io.github.ratelimit.store.StoreFixture;
import io.github.ratelimit.store.memory.MemoryStore;
import io.github.ratelimit.store.redis.client.ScriptClient;
import io.github.ratelimit.store.redis.client.ScriptClientFactory;
import io.github.ratelimit.store.redis.script.BucketEncoding;
import io.github.ratelimit.store.redis.server.SharedRedis;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The format that docs/redis.md describes: what an instance of another version has
 * written, byte by byte, and Redis's clock seen through it.
 */
@Tag("redis")
@Tag("version-independent")
class StoredFormatTests {

	private static final Limit CHAT = StoreFixture.limit("chat", "60/min burst 90");

	private static final double PERMIT = 1_000_000;

	private static final String ID = StoreFixture.charge(CHAT, "caller", 1).key().id();

	private static final String NAME = "ratelimit:1:chat:{" + ID + "}";

	private final ManualTime time = new ManualTime();

	private ScriptClient redis;

	private RedisStore store;

	@BeforeEach
	void connect() {
		SharedRedis.flush();
		this.redis = ScriptClientFactory.scripts(StoreInstance.lettuce(SharedRedis.server().port()));
		this.store = RedisTestStore.turned(SharedRedis.server(), this.redis, new MemoryStore(this.time, 100),
				this.time);
		this.time.advance(Duration.ofDays(1));
		this.time.nanoTime();
	}

	@AfterEach
	void disconnect() {
		this.store.close();
	}

	@Test
	void whatAnotherVersionHasWrittenIsRead() {
		write(now(), 0, 30 * PERMIT, "value:al***");
		this.time.advance(Duration.ofSeconds(5));

		KeyState found = this.store.find(Handles.of(CHAT), ID).orElseThrow();
		assertThat(found.remaining()).isEqualTo(35);
		assertThat(found.limit()).isEqualTo(90);
		assertThat(found.resetAfter()).isEqualTo(Duration.ofSeconds(55));
		assertThat(found.key().kind()).isEqualTo("value");
		assertThat(found.key().masked()).isEqualTo("al***");
		assertThat(take(35).remaining()).isZero();
		assertThat(take(1).retryAfter()).isEqualTo(Duration.ofSeconds(1));
	}

	@Test
	void whatIsWrittenIsAsDescribed() {
		take(60);

		ByteBuffer value = value();
		assertThat(value.get()).isEqualTo((byte) '1');
		assertThat(value.get()).as("rates").isEqualTo((byte) 1);
		assertThat(value.get()).as("flags").isZero();
		assertThat(value.getDouble()).as("time").isEqualTo(micros(now()));
		assertThat(value.getDouble()).as("level").isEqualTo(30 * PERMIT);
		assertThat(value.getDouble()).as("full level").isEqualTo(90 * PERMIT);
		assertThat(value.getDouble()).as("gain").isEqualTo(1);
		assertThat(value.getInt()).as("origin").isNotZero();
		assertThat(StandardCharsets.UTF_8.decode(value).toString()).isEqualTo("value:c***");
	}

	@Test
	void flagsAndLabelsThatThisVersionDoesNotKnowStay() {
		write(now(), 0x80, 30 * PERMIT, "of a later version \u00e9\u4e2d");

		take(1);

		ByteBuffer value = value();
		assertThat(value.get(2)).isEqualTo((byte) 0x80);
		assertThat(StandardCharsets.UTF_8.decode(value.position(39)).toString())
			.isEqualTo("of a later version \u00e9\u4e2d");
	}

	@Test
	void aSmallStepBackOfTheClockIsWaitedFor() {
		write(now().plusMillis(400), 0, 0, "label");

		ChargeDecision refused = take(1);

		assertThat(refused.retryAfter()).isEqualTo(Duration.ofMillis(1_400));
		this.time.advance(Duration.ofNanos(1_399_999_000));
		assertThat(take(1).isViolated()).isTrue();
		this.time.advance(Duration.ofNanos(1_000));
		assertThat(take(1).isViolated()).isFalse();
	}

	@Test
	void aTimeFarAheadIsReadAsNow() {
		write(now().plus(Duration.ofHours(1)), 0, 0, "label");

		assertThat(take(1).retryAfter()).isEqualTo(Duration.ofSeconds(1));
		this.time.advance(Duration.ofNanos(999_999_000));
		assertThat(take(1).isViolated()).isTrue();
		this.time.advance(Duration.ofNanos(1_000));
		assertThat(take(1).isViolated()).isFalse();
	}

	@Test
	void permitsTakenAfterAClockWasFarAheadRefillFromNowOn() {
		write(now().plus(Duration.ofHours(1)), 0, 10 * PERMIT, "label");

		assertThat(take(10).isViolated()).isFalse();
		this.time.advance(Duration.ofSeconds(1));
		assertThat(take(1).isViolated()).isFalse();
	}

	private ChargeDecision take(long permits) {
		return this.store.take(StoreFixture.charge(CHAT, "caller", permits));
	}

	private Instant now() {
		return this.time.wallTime();
	}

	private static double micros(Instant time) {
		return 1e6 * time.getEpochSecond() + TimeUnit.NANOSECONDS.toMicros(time.getNano());
	}

	private static void write(Instant time, int flags, double level, String label) {
		byte[] labelBytes = label.getBytes(StandardCharsets.UTF_8);
		ByteBuffer value = BucketEncoding.buffer(39 + labelBytes.length)
			.put((byte) '1')
			.put((byte) 1)
			.put((byte) flags)
			.putDouble(micros(time))
			.putDouble(level)
			.putDouble(90 * PERMIT)
			.putDouble(1)
			.putInt(4711)
			.put(labelBytes);
		SharedRedis.server().command("SET", NAME, new String(value.array(), StandardCharsets.ISO_8859_1));
	}

	private static ByteBuffer value() {
		String value = String.valueOf(SharedRedis.server().command("GET", NAME));
		byte[] bytes = value.getBytes(StandardCharsets.ISO_8859_1);
		return BucketEncoding.buffer(bytes.length).put(bytes).flip();
	}

}
