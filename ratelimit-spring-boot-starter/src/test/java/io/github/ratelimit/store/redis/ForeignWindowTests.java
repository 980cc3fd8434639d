package io.github.ratelimit.store.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.Algorithm;
import io.github.ratelimit.Key;
import io.github.ratelimit.Limit;
import io.github.ratelimit.Rate;
import io.github.ratelimit.StoreUnavailableException;
import io.github.ratelimit.registry.Handles;
import io.github.ratelimit.store.ChargeDecision;
import io.github.ratelimit.store.StoreFixture;
import io.github.ratelimit.store.redis.server.RedisServer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Bytes that look almost like a state of a window fail no call and open no breaker. */
@Tag("redis")
@Tag("version-independent")
class ForeignWindowTests {

	private final RedisServer redis = RedisServer.start();

	private final StoreInstance instance = StoreInstance.on(this.redis).awaitUp();

	@AfterEach
	void stop() {
		this.instance.close();
		this.redis.close();
	}

	@ParameterizedTest
	@EnumSource(value = Algorithm.class, names = "CONCURRENCY", mode = EnumSource.Mode.EXCLUDE)
	void bytesThatWereChangedAreReadOrLeftAlone(Algorithm algorithm) {
		long seed = System.nanoTime();
		SplittableRandom random = new SplittableRandom(seed);
		Limit limit = Limit.named("changed").algorithm(algorithm).rates(Rate.parse("10/h"), Rate.parse("30/d")).build();
		String name = "ratelimit:1:changed:{" + Key.of("caller").id() + "}";
		for (int i = 0; i < 300; i++) {
			this.instance.store().reset(Handles.of(limit), Key.of("caller").id());
			ChargeDecision taken = this.instance.take(limit, "caller", 3);
			byte[] value = String.valueOf(this.redis.command("GET", name)).getBytes(StandardCharsets.ISO_8859_1);
			byte[] changed = changed(value, random);
			this.redis.command("SET", name, new String(changed, StandardCharsets.ISO_8859_1));
			try {
				use(limit, taken, random);
			}
			catch (AssertionError | RuntimeException ex) {
				throw new AssertionError(
						"Seed " + seed + ", number " + i + ", " + Arrays.toString(changed) + ": " + ex.getMessage(),
						ex);
			}
		}
		assertThat(this.instance.store().status()).isEqualTo("up");
	}

	private static byte[] changed(byte[] value, SplittableRandom random) {
		byte[] changed = Arrays.copyOf(value,
				(random.nextInt(4) == 0) ? random.nextInt(value.length + 1) : value.length);
		for (int k = random.nextInt(4); k > 0 && changed.length > 0; k--) {
			changed[random.nextInt(changed.length)] = (byte) random.nextInt(256);
		}
		return changed;
	}

	private void use(Limit limit, ChargeDecision taken, SplittableRandom random) {
		switch (random.nextInt(5)) {
			case 0 -> this.instance.store().giveBack(taken);
			case 1 -> this.instance.store().settle(taken, 7);
			case 2 -> this.instance.store().settle(taken, 1);
			case 3 -> this.instance.take(StoreFixture.limit("changed", "7/min burst 20"), "caller");
			default -> find(limit);
		}
		ChargeDecision result = this.instance.take(limit, "caller");
		assertThat(result.remaining()).isNotNegative();
		assertThat(result.resetAfter().isNegative()).isFalse();
		assertThat(this.instance.told().failures().keySet()).isSubsetOf("unreadable");
	}

	private void find(Limit limit) {
		try {
			this.instance.store().find(Handles.of(limit), Key.of("caller"));
			this.instance.store().keys(Handles.of(limit), null, 10);
		}
		catch (StoreUnavailableException ex) {
			assertThat(ex).hasMessageContaining("unreadable");
		}
	}

}
