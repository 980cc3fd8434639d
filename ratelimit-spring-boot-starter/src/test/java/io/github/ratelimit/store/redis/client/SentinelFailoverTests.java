package io.github.ratelimit.store.redis.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.store.redis.StoreInstance;
import io.github.ratelimit.store.redis.StoreLog;
import io.github.ratelimit.store.redis.server.Polling;
import io.github.ratelimit.store.redis.server.RedisSentinels;
import io.github.ratelimit.store.redis.server.RedisServer;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

/** Sentinels promote the replica: decisions resume without a restart. */
@Tag("redis")
@Tag("version-independent")
@Timeout(value = 240, threadMode = ThreadMode.SEPARATE_THREAD)
class SentinelFailoverTests {

	/** Sentinels that a busy machine has kept from running look on for half a minute. */
	private static final Duration PATIENT = Duration.ofSeconds(90);

	@Test
	void theReplicaDecidesWithWhatItHasOfTheMasterThatWasKilled() {
		try (StoreLog log = new StoreLog();
				RedisSentinels sentinels = RedisSentinels.start(1);
				StoreInstance instance = instance(sentinels)) {
			instance.awaitUp();
			assertThat(instance.take(StoreInstance.STILL, "caller", 65).isDegraded()).isFalse();
			sentinels.master().awaitReplicas(1);
			RedisServer promoted = sentinels.killMaster();
			awaitUp(instance);
			assertThat(instance.remaining(StoreInstance.STILL, "caller")).isEqualTo(300);
			assertThat(instance.take(StoreInstance.STILL, "caller", 100).isDegraded()).isFalse();
			assertThat(promoted.calls("evalsha")).isPositive();
		}
	}

	@Test
	void theReplicaDecidesWhileTheMasterIsPaused() {
		try (StoreLog log = new StoreLog();
				RedisSentinels sentinels = RedisSentinels.start(1);
				StoreInstance instance = instance(sentinels)) {
			instance.awaitUp();
			RedisServer master = sentinels.master();
			sentinels.detectFailuresAfter(Duration.ofSeconds(1));
			master.pause();
			Polling.until(PATIENT, "the replica is promoted", () -> sentinels.master() != master);
			awaitUp(instance);
		}
	}

	private static StoreInstance instance(RedisSentinels sentinels) {
		return StoreInstance.on(sentinels).deadline(Duration.ofMillis(250)).build();
	}

	private static void awaitUp(StoreInstance instance) {
		Polling.until(PATIENT, "the new master decides",
				() -> !instance.take(StoreInstance.STILL, "looks", 0).isDegraded());
	}

}
