package io.github.ratelimit.store.redis.client;

import io.github.ratelimit.store.redis.script.LuaScript;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.framework.AopProxyUtils;
import org.springframework.data.redis.connection.RedisConfiguration;
import org.springframework.data.redis.connection.RedisConfiguration.ClusterConfiguration;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.jedis.JedisConnectionFactory;
import org.springframework.util.ClassUtils;

/**
 * Chooses the client that fits the application's connections.
 */
public final class ScriptClientFactory {

	private static final boolean LETTUCE = ClassUtils.isPresent("io.lettuce.core.RedisClient",
			ScriptClientFactory.class.getClassLoader());

	private static final boolean JEDIS = ClassUtils.isPresent("redis.clients.jedis.Jedis",
			ScriptClientFactory.class.getClassLoader());

	private ScriptClientFactory() {
	}

	/**
	 * Returns a client for the target of the application's connections. A factory that
	 * cannot be copied (one with its own code, or one that does not show its target) is
	 * used as it is.
	 * @throws IllegalArgumentException if the target cannot be reached, with the reason
	 */
	public static ScriptClient scripts(RedisConnectionFactory connections, LuaScript... needed) {
		RedisConnectionFactory target = target(connections);
		ScriptClient dedicated = LETTUCE ? LettuceConnections.client(target, needed) : null;
		if (dedicated != null) {
			return dedicated;
		}
		RedisConfiguration configuration = configuration(target);
		return new BlockingScriptClient(connections, configuration instanceof ClusterConfiguration,
				RedisAddress.of(configuration));
	}

	/** Returns the target of a proxy, whose own fields are empty. */
	private static RedisConnectionFactory target(RedisConnectionFactory connections) {
		Object target = AopProxyUtils.getSingletonTarget(connections);
		return (target instanceof RedisConnectionFactory factory) ? target(factory) : connections;
	}

	private static @Nullable RedisConfiguration configuration(RedisConnectionFactory connections) {
		RedisConfiguration configuration = JEDIS ? Jedis.configuration(connections) : null;
		return (configuration == null && LETTUCE) ? LettuceConnections.configuration(connections) : configuration;
	}

	/** Loaded only with Jedis. */
	private static final class Jedis {

		static @Nullable RedisConfiguration configuration(RedisConnectionFactory connections) {
			if (!(connections instanceof JedisConnectionFactory jedis)) {
				return null;
			}
			if (jedis.isRedisClusterAware()) {
				return jedis.getClusterConfiguration();
			}
			return jedis.isRedisSentinelAware() ? jedis.getSentinelConfiguration() : jedis.getStandaloneConfiguration();
		}

	}

}
