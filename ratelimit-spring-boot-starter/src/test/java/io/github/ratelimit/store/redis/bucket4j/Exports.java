package io.github.ratelimit.store.redis.bucket4j;

import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.distributed.proxy.ProxyManager;
import java.time.Duration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.redis.connection.RedisConnectionFactory;

@Configuration
class Exports {

	static final BucketConfiguration TEN_AN_HOUR = BucketConfiguration.builder()
		.addLimit((limit) -> limit.capacity(10).refillGreedy(10, Duration.ofHours(1)))
		.build();

	@Bean
	ProxyManager<String> buckets(RedisConnectionFactory connections) {
		return RedisBuckets.create(connections, "exports", Duration.ofMillis(50));
	}

	static boolean mayExport(ProxyManager<String> buckets, String user) {
		return buckets.getProxy(user, () -> TEN_AN_HOUR).tryConsume(1);
	}

}
