package io.github.ratelimit.store.redis.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.lettuce.core.RedisURI;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.SlotHash;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.cluster.api.sync.RedisAdvancedClusterCommands;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.springframework.data.redis.connection.RedisClusterConfiguration;
import org.springframework.data.redis.connection.jedis.JedisConnectionFactory;
import org.springframework.data.redis.core.StringRedisTemplate;

/** Nodes form a cluster that clients can use, and replicas take over. */
@Tag("redis")
@Tag("version-independent")
@Timeout(value = 120, threadMode = ThreadMode.SEPARATE_THREAD)
class RedisClusterTests {

	@Test
	void threeMastersOwnAllSlotsAndServeLettuceAndJedis() {
		try (RedisCluster cluster = RedisCluster.start()) {
			assertThat(cluster.nodes()).hasSize(3);
			assertThat(List.of(cluster.owner(0), cluster.owner(8192), cluster.owner(16_383)))
				.isEqualTo(cluster.nodes());
			assertThat(cluster.nodes()).allSatisfy((node) -> assertThat(node.port()).isLessThan(55_000));

			everyKeyIsWithItsOwner(cluster);
			aWrongNodeRedirects(cluster);
		}
	}

	private static void everyKeyIsWithItsOwner(RedisCluster cluster) {
		Set<RedisServer> owners = new HashSet<>();
		int port = cluster.nodes().get(1).port();
		JedisConnectionFactory jedis = new JedisConnectionFactory(
				new RedisClusterConfiguration(List.of(RedisServer.HOST + ":" + port)));
		try (RedisClusterClient lettuce = RedisClusterClient.create(RedisURI.create(RedisServer.HOST, port));
				StatefulRedisClusterConnection<String, String> connection = lettuce.connect()) {
			jedis.afterPropertiesSet();
			jedis.start();
			RedisAdvancedClusterCommands<String, String> commands = connection.sync();
			for (int i = 0; i < 30; i++) {
				String key = "key-" + i;
				commands.set(key, "value");
				assertThat(new StringRedisTemplate(jedis).opsForValue().get(key)).isEqualTo("value");
				assertThat(cluster.slot(key)).isEqualTo(SlotHash.getSlot(key));
				assertThat(cluster.ownerOf(key).command("GET", key)).isEqualTo("value");
				owners.add(cluster.ownerOf(key));
			}
		}
		finally {
			jedis.destroy();
		}
		assertThat(owners).containsExactlyInAnyOrderElementsOf(cluster.nodes());
	}

	private static void aWrongNodeRedirects(RedisCluster cluster) {
		RedisServer wrong = cluster.owner((cluster.slot("key") + 8192) % RedisCluster.SLOTS);
		assertThatExceptionOfType(RedisErrorException.class).isThrownBy(() -> wrong.command("GET", "key"))
			.withMessage("MOVED " + cluster.slot("key") + " 127.0.0.1:" + cluster.ownerOf("key").port());
	}

	@Test
	void aReplicaTakesOverFromAMasterThatWasKilled() {
		try (RedisCluster cluster = RedisCluster.startWithReplicas()) {
			assertThat(cluster.nodes()).hasSize(6);
			RedisServer master = cluster.ownerOf("key");
			int index = cluster.nodes().indexOf(master);
			assertThat(index).isLessThan(3);
			RedisServer replica = cluster.nodes().get(index + 3);
			assertThat(replica.info("replication")).containsEntry("role", "slave")
				.containsEntry("master_port", Integer.toString(master.port()));

			master.command("SET", "key", "value");
			master.awaitReplicas(1);
			master.kill();
			assertThatIllegalStateException().isThrownBy(() -> cluster.ownerOf("key"))
				.withMessageContaining("No running node owns slot");
			cluster.detectFailuresAfter(Duration.ofMillis(500));
			Polling.until(Duration.ofSeconds(30), "the replica is promoted",
					() -> "master".equals(replica.info("replication").get("role")));
			assertThat(replica.command("GET", "key")).isEqualTo("value");
			Polling.until(Duration.ofSeconds(30), "the others have heard of it", () -> isOwner(cluster, replica));
		}
	}

	private static boolean isOwner(RedisCluster cluster, RedisServer node) {
		try {
			return cluster.ownerOf("key") == node;
		}
		catch (IllegalStateException ex) {
			return false;
		}
	}

}
