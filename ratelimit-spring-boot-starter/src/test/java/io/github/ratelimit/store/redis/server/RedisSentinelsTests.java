package io.github.ratelimit.store.redis.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import redis.clients.jedis.Jedis;

/** Sentinels promote the replica, and clients find it. */
@Tag("redis")
@Tag("version-independent")
@Timeout(value = 120, threadMode = ThreadMode.SEPARATE_THREAD)
class RedisSentinelsTests {

	@Test
	void oneSentinelPromotesTheReplicaOnRequest() {
		try (RedisSentinels sentinels = RedisSentinels.start(1)) {
			RedisServer first = sentinels.master();
			RedisServer second = sentinels.replica();
			assertThat(first.info("replication")).containsEntry("role", "master");
			assertThat(second.info("replication")).containsEntry("role", "slave");
			setThroughLettuce(sentinels, "key", "value");
			assertThat(first.command("GET", "key")).isEqualTo("value");
			first.awaitReplicas(1);

			assertThat(sentinels.failover()).isSameAs(second).isSameAs(sentinels.master());
			assertThat(sentinels.replica()).isSameAs(first);
			assertThat(first.isRunning()).isTrue();
			assertThat(getThroughJedis(sentinels, "key")).isEqualTo("value");
			setThroughLettuce(sentinels, "key", "later");
			assertThat(second.command("GET", "key")).isEqualTo("later");
		}
	}

	@Test
	void threeSentinelsPromoteTheReplicaOfAMasterThatWasKilled() {
		try (RedisSentinels sentinels = RedisSentinels.start(3)) {
			RedisServer first = sentinels.master();
			RedisServer second = sentinels.replica();
			assertThat(sentinels.sentinels()).hasSize(3);

			assertThat(sentinels.killMaster()).isSameAs(second).isSameAs(sentinels.master());
			assertThat(first.isRunning()).isFalse();
			setThroughLettuce(sentinels, "key", "value");
			assertThat(getThroughJedis(sentinels, "key")).isEqualTo("value");
		}
	}

	private static void setThroughLettuce(RedisSentinels sentinels, String key, String value) {
		RedisURI.Builder uri = RedisURI.builder().withSentinelMasterId(RedisSentinels.MASTER_NAME);
		sentinels.sentinels().forEach((sentinel) -> uri.withSentinel(RedisServer.HOST, sentinel.port()));
		try (RedisClient lettuce = RedisClient.create(uri.build())) {
			lettuce.connect().sync().set(key, value);
		}
	}

	private static String getThroughJedis(RedisSentinels sentinels, String key) {
		try (Jedis sentinel = new Jedis(RedisServer.HOST, sentinels.sentinels().get(0).port())) {
			List<String> address = sentinel.sentinelGetMasterAddrByName(RedisSentinels.MASTER_NAME);
			try (Jedis master = new Jedis(address.get(0), Integer.parseInt(address.get(1)))) {
				return master.get(key);
			}
		}
	}

}
