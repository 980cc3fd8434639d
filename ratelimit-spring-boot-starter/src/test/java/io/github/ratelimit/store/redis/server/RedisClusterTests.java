package io.github.ratelimit.store.redis.server;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import io.lettuce.core.RedisURI;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.SlotHash;
import io.lettuce.core.cluster.api.sync.RedisAdvancedClusterCommands;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisCluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/** Nodes form a cluster that clients can use, and replicas take over. */
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
class RedisClusterTests {

	@Test
	void threeMastersOwnAllSlotsAndServeLettuceAndJedis() {
		try (RedisCluster cluster = RedisCluster.start()) {
			assertThat(cluster.nodes()).hasSize(3);
			assertThat(List.of(cluster.owner(0), cluster.owner(8192), cluster.owner(16_383)))
				.isEqualTo(cluster.nodes());
			assertThat(cluster.nodes()).allSatisfy((node) -> assertThat(node.port()).isLessThan(55_000));

			Set<RedisServer> owners = new HashSet<>();
			int port = cluster.nodes().get(1).port();
			try (RedisClusterClient lettuce = RedisClusterClient.create(RedisURI.create(RedisServer.HOST, port));
					JedisCluster jedis = new JedisCluster(new HostAndPort(RedisServer.HOST, port))) {
				RedisAdvancedClusterCommands<String, String> commands = lettuce.connect().sync();
				for (int i = 0; i < 30; i++) {
					String key = "key-" + i;
					commands.set(key, "value");
					assertThat(jedis.get(key)).isEqualTo("value");
					assertThat(cluster.slot(key)).isEqualTo(SlotHash.getSlot(key));
					assertThat(cluster.ownerOf(key).command("GET", key)).isEqualTo("value");
					owners.add(cluster.ownerOf(key));
				}
			}
			assertThat(owners).containsExactlyInAnyOrderElementsOf(cluster.nodes());
			aWrongNodeRedirects(cluster);
		}
	}

	private static void aWrongNodeRedirects(RedisCluster cluster) {
		RedisServer wrong = cluster.owner((cluster.slot("key") + 8192) % RedisCluster.SLOTS);
		assertThatExceptionOfType(RedisErrorException.class).isThrownBy(() -> wrong.command("GET", "key"))
			.withMessage("MOVED " + cluster.slot("key") + " 127.0.0.1:" + cluster.ownerOf("key").port());
	}

	@Test
	void aReplicaTakesOverFromAMasterThatWasKilled() {
		try (RedisCluster cluster = RedisCluster.startWithReplicas("--cluster-node-timeout", "500")) {
			assertThat(cluster.nodes()).hasSize(6);
			RedisServer master = cluster.ownerOf("key");
			int index = cluster.nodes().indexOf(master);
			assertThat(index).isLessThan(3);
			RedisServer replica = cluster.nodes().get(index + 3);
			assertThat(replica.info("replication")).containsEntry("role", "slave")
				.containsEntry("master_port", Integer.toString(master.port()));

			master.command("SET", "key", "value");
			assertThat(master.command("WAIT", "1", "5000")).isEqualTo(1L);
			master.kill();
			assertThatIllegalStateException().isThrownBy(() -> cluster.ownerOf("key"))
				.withMessageContaining("No running node owns slot");
			Polling.until(Duration.ofSeconds(20), "the replica is promoted",
					() -> "master".equals(replica.info("replication").get("role")));
			assertThat(replica.command("GET", "key")).isEqualTo("value");
			Polling.until(Duration.ofSeconds(5), "the others have heard of it", () -> isOwner(cluster, replica));
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
