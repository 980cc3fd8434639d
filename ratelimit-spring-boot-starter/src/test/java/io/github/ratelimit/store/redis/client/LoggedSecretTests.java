package io.github.ratelimit.store.redis.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.Key;
import io.github.ratelimit.registry.Handles;
import io.github.ratelimit.store.StoreFixture;
import io.github.ratelimit.store.redis.StoreInstance;
import io.github.ratelimit.store.redis.StoreLog;
import io.github.ratelimit.store.redis.server.RedisServer;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Others may read the keys and values in Redis, and logs. */
@Tag("redis")
class LoggedSecretTests {

	private static final String SECRET = "sk-live-0123456789abcdef";

	@Test
	void noKeyOfACallerIsInRedisInLogsOrInTexts() {
		try (RedisServer redis = RedisServer.start();
				StoreLog log = new StoreLog();
				StoreInstance instance = StoreInstance.through(redis.port())
					.lease(StoreInstance.STILL, java.time.Duration.ofSeconds(1))
					.build()
					.awaitUp()) {
			for (int i = 0; i < 400; i++) {
				String result = instance.take(StoreInstance.STILL, SECRET).toString();
				assertThat(result).doesNotContain(SECRET.substring(6));
			}
			instance.takeAll(StoreFixture.charge(StoreInstance.STILL, SECRET, 1),
					StoreFixture.charge(StoreFixture.limit("other", "1/d"), SECRET, 1));
			redis.command("SET",
					"ratelimit:1:still:{" + StoreFixture.charge(StoreInstance.STILL, SECRET, 1).key().id() + "}",
					"foreign");
			instance.take(StoreInstance.STILL, SECRET, 300);

			StringBuilder everything = new StringBuilder();
			for (Object name : (List<?>) redis.command("KEYS", "*")) {
				everything.append(name).append(' ').append(redis.command("GET", name.toString())).append('\n');
			}
			assertThat(everything.toString()).contains("ratelimit:1:").doesNotContain(SECRET.substring(6));
			assertThat(String.join("\n", log.lines())).doesNotContain(SECRET.substring(6));
			assertThat(instance.store().lastKnown(Handles.of(StoreInstance.STILL), Key.of(SECRET)).toString())
				.doesNotContain(SECRET.substring(6));
		}
	}

}
