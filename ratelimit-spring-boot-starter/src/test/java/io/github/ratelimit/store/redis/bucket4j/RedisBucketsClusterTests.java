package io.github.ratelimit.store.redis.bucket4j;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.bucket4j.Bucket;
import io.github.bucket4j.BucketConfiguration;
import io.github.ratelimit.store.redis.server.RedisCluster;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.data.redis.connection.RedisClusterConfiguration;
import org.springframework.data.redis.connection.jedis.JedisConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/** Buckets on the nodes of a cluster. */
@Tag("redis")
class RedisBucketsClusterTests {

	private static final BucketConfiguration TEN_A_DAY = BucketConfiguration.builder()
		.addLimit((limit) -> limit.capacity(10).refillGreedy(10, Duration.ofDays(1)))
		.build();

	@Test
	void everyNodeHasItsBuckets() {
		try (RedisCluster cluster = RedisCluster.start()) {
			RedisClusterConfiguration nodes = new RedisClusterConfiguration(
					List.of("127.0.0.1:" + cluster.nodes().get(0).port()));
			JedisConnectionFactory jedis = new JedisConnectionFactory(nodes);
			jedis.afterPropertiesSet();
			jedis.start();
			try (RedisBuckets one = RedisBuckets.create(new LettuceConnectionFactory(nodes), "b",
					BucketTestClient.PATIENT);
					RedisBuckets other = RedisBuckets.create(jedis, "b", BucketTestClient.PATIENT)) {
				for (int i = 0; i < 30; i++) {
					String key = "{" + i + "}:user";
					Bucket bucket = one.getProxy(key, () -> TEN_A_DAY);
					assertThat(bucket.tryConsume(4)).isTrue();
					assertThat(other.getProxy(key, () -> TEN_A_DAY).tryConsume(4)).isTrue();
					assertThat(bucket.getAvailableTokens()).isEqualTo(2);
				}
				assertThat(cluster.nodes()).allSatisfy((node) -> assertThat(node.command("DBSIZE")).isNotEqualTo(0L));
			}
			finally {
				jedis.destroy();
			}
		}
	}

}
