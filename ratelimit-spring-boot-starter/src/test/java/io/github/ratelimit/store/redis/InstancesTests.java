package io.github.ratelimit.store.redis;

import io.github.ratelimit.store.redis.server.Polling;
import io.github.ratelimit.store.redis.server.RedisServer;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

import static org.assertj.core.api.Assertions.assertThat;

/** Instances know how many they are. */
@Tag("redis")
@Tag("version-independent")
@Timeout(value = 120, threadMode = ThreadMode.SEPARATE_THREAD)
class InstancesTests {

	private static final Duration LONG = Duration.ofSeconds(40);

	@Test
	void instancesAreCountedUntilTheyEnd() {
		try (RedisServer server = RedisServer.start(); Instance first = counted(server)) {
			Instance second = counted(server);
			Polling.until(LONG, "both know of each other", () -> count(first) == 2 && count(second) == 2);
			second.close();
			assertThat(server.command("ZCARD", "ratelimit:1:#instances:{instances}")).isEqualTo(1L);
			assertThat(count(first)).as("for a while it may come back").isEqualTo(2);
			Polling.until(LONG, "the other is no longer counted", () -> count(first) == 1);
		}
	}

	@Test
	void anInstanceThatDoesNotSayThatItEndsIsCountedForSomeSeconds() {
		try (RedisServer server = RedisServer.start(); Instance first = counted(server)) {
			server.command("EVAL",
					"local t = redis.call('TIME') redis.call('ZADD', KEYS[1], t[1] * 1000000 + 5000000, " + "'gone')",
					"1", "ratelimit:1:#instances:{instances}");
			Polling.until(LONG, "it is counted", () -> count(first) == 2);
			Polling.until(LONG, "it is no longer counted", () -> count(first) == 1);
		}
	}

	@Test
	void aRedisThatHasLostAllInstancesDoesNotMakeThemFewer() {
		try (StoreLog log = new StoreLog();
				RedisServer server = RedisServer.start();
				Instance first = counted(server);
				Instance second = counted(server)) {
			Polling.until(LONG, "both know of each other", () -> count(first) == 2 && count(second) == 2);
			server.command("FLUSHALL");
			long beats = first.sent().count("heartbeat");
			Polling.until(LONG, "both are counted again", () -> {
				assertThat(count(first)).isEqualTo(2);
				assertThat(count(second)).isEqualTo(2);
				return first.sent().count("heartbeat") > beats + 1;
			});
			server.kill();
			assertThat(count(first)).isEqualTo(2);
		}
	}

	private static Instance counted(RedisServer server) {
		return Instance.through(server.port()).counted().build().awaitUp();
	}

	private static int count(Instance instance) {
		return instance.store().instances();
	}

}
