package io.github.ratelimit.store.redis.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.Key;
import io.github.ratelimit.store.redis.StoreInstance;
import io.github.ratelimit.store.redis.StoreLog;
import io.github.ratelimit.store.redis.server.Polling;
import io.github.ratelimit.store.redis.server.RedisCluster;
import io.github.ratelimit.store.redis.server.RedisServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

/** A node of a cluster fails: only limits on that node are decided without it. */
@Tag("redis")
@Tag("version-independent")
@Timeout(value = 120, threadMode = ThreadMode.SEPARATE_THREAD)
class ClusterOutageTests {

	private StoreLog log;

	@BeforeEach
	void start() {
		this.log = new StoreLog();
	}

	@AfterEach
	void close() {
		this.log.close();
	}

	@Test
	void whileOneNodeIsPausedTheOthersDecide() throws InterruptedException {
		try (RedisCluster cluster = RedisCluster.start(); StoreInstance instance = instance(cluster)) {
			List<String> keys = keyOnEachNode(cluster);
			keys.forEach((key) -> awaitUp(instance, key));
			cluster.nodes().get(1).pause();
			Polling.until(StoreInstance.BACK, "the breaker of the paused node opens",
					() -> isDegraded(instance, keys.get(1)) && instance.store().status().equals("degraded"));
			long end = System.nanoTime() + Duration.ofSeconds(6).toNanos();
			while (System.nanoTime() < end) {
				assertThat(isDegraded(instance, keys.get(0))).as(this.log.lines()::toString).isFalse();
				assertThat(isDegraded(instance, keys.get(1))).isTrue();
				assertThat(isDegraded(instance, keys.get(2))).as(this.log.lines()::toString).isFalse();
				TimeUnit.MILLISECONDS.sleep(1);
			}
			assertThat(this.log.lines()).filteredOn((line) -> line.startsWith("WARN")).hasSize(1);
			cluster.nodes().get(1).resume();
			awaitUp(instance, keys.get(1));
		}
	}

	@Test
	void aReplicaThatWasPromotedDecides() {
		try (RedisCluster cluster = RedisCluster.startWithReplicas(); StoreInstance instance = instance(cluster)) {
			List<String> keys = keyOnEachNode(cluster);
			keys.forEach((key) -> awaitUp(instance, key));
			cluster.detectFailuresAfter(Duration.ofSeconds(1));
			cluster.nodes().get(1).pause();
			awaitPromotion(cluster, 4);
			awaitUp(instance, keys.get(1));
			cluster.nodes().get(0).kill();
			awaitPromotion(cluster, 3);
			awaitUp(instance, keys.get(0));
			assertThat(isDegraded(instance, keys.get(2))).isFalse();
		}
	}

	private static void awaitPromotion(RedisCluster cluster, int replica) {
		RedisServer promoted = cluster.nodes().get(replica);
		Polling.until(Duration.ofSeconds(20), promoted + " is promoted",
				() -> "master".equals(promoted.info("replication").get("role")));
	}

	private static StoreInstance instance(RedisCluster cluster) {
		return StoreInstance.on(cluster).deadline(Duration.ofMillis(250)).build();
	}

	private static List<String> keyOnEachNode(RedisCluster cluster) {
		List<String> keys = new ArrayList<>();
		for (RedisServer node : cluster.nodes().subList(0, 3)) {
			int i = 0;
			while (cluster.ownerOf("{" + Key.of("caller" + i).id() + "}") != node) {
				i++;
			}
			keys.add("caller" + i);
		}
		return keys;
	}

	private static void awaitUp(StoreInstance instance, String key) {
		Polling.until(Duration.ofSeconds(10), "the node of " + key + " decides", () -> !isDegraded(instance, key));
	}

	private static boolean isDegraded(StoreInstance instance, String key) {
		return instance.take(StoreInstance.STILL, key, 0).isDegraded();
	}

}
