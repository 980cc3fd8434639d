package io.github.ratelimit.store.redis;

import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.jedis.JedisConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.util.ClassUtils;

/** Which way a client is talked to. */
final class Clients {

	private static final boolean LETTUCE = ClassUtils.isPresent("io.lettuce.core.RedisClient",
			Clients.class.getClassLoader());

	private static final boolean JEDIS = ClassUtils.isPresent("redis.clients.jedis.Jedis",
			Clients.class.getClassLoader());

	private Clients() {
	}

	static RedisScripts scripts(RedisConnectionFactory connections, Script... needed) {
		if (LETTUCE && connections instanceof LettuceConnectionFactory lettuce) {
			return new LettuceScripts(DedicatedConnections.like(lettuce), needed);
		}
		return new ConnectionScripts(connections, JEDIS && isCluster(connections));
	}

	private static boolean isCluster(RedisConnectionFactory connections) {
		return connections instanceof JedisConnectionFactory jedis && jedis.isRedisClusterAware();
	}

}
