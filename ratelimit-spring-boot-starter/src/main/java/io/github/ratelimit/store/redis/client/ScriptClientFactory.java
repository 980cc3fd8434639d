package io.github.ratelimit.store.redis.client;

import io.github.ratelimit.store.redis.script.LuaScript;
import io.lettuce.core.resource.Transports.NativeTransports;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.framework.AopProxyUtils;
import org.springframework.data.redis.connection.RedisConfiguration;
import org.springframework.data.redis.connection.RedisConfiguration.WithDomainSocket;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.jedis.JedisConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
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
		ScriptClient dedicated = LETTUCE ? Lettuce.scripts(target, needed) : null;
		return (dedicated != null) ? dedicated
				: new BlockingScriptClient(connections, isCluster(target), where(target));
	}

	/** Returns the target of a proxy, whose own fields are empty. */
	private static RedisConnectionFactory target(RedisConnectionFactory connections) {
		Object target = AopProxyUtils.getSingletonTarget(connections);
		return (target instanceof RedisConnectionFactory factory) ? target(factory) : connections;
	}

	private static boolean isCluster(RedisConnectionFactory connections) {
		return (JEDIS && Jedis.isCluster(connections)) || (LETTUCE && Lettuce.isCluster(connections));
	}

	private static String where(RedisConnectionFactory connections) {
		RedisConfiguration configuration = (JEDIS) ? Jedis.configuration(connections) : null;
		return ConnectionDescription
			.describe((configuration == null && LETTUCE) ? Lettuce.configuration(connections) : configuration);
	}

	static void checkTransport(String socket, boolean supported) {
		if (!supported) {
			throw new IllegalArgumentException("needs Netty's native transport for the Unix socket " + socket
					+ ", which is not on the class path");
		}
	}

	/** Loaded only with Jedis. */
	private static final class Jedis {

		static boolean isCluster(RedisConnectionFactory connections) {
			return connections instanceof JedisConnectionFactory jedis && jedis.isRedisClusterAware();
		}

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

	/** Loaded only with Lettuce. */
	private static final class Lettuce {

		static @Nullable ScriptClient scripts(RedisConnectionFactory connections, LuaScript... needed) {
			if (connections.getClass() != LettuceConnectionFactory.class) {
				return null;
			}
			LettuceConnectionFactory lettuce = (LettuceConnectionFactory) connections;
			RedisConfiguration configuration = LettuceTopology.of(lettuce);
			if (configuration instanceof WithDomainSocket socket) {
				checkTransport(socket.getSocket(), NativeTransports.isDomainSocketSupported());
			}
			return (configuration != null)
					? new LettuceScriptClient(DedicatedConnections.like(lettuce, configuration), needed) : null;
		}

		static boolean isCluster(RedisConnectionFactory connections) {
			return connections instanceof LettuceConnectionFactory lettuce && lettuce.isClusterAware();
		}

		static @Nullable RedisConfiguration configuration(RedisConnectionFactory connections) {
			return (connections instanceof LettuceConnectionFactory lettuce) ? LettuceTopology.of(lettuce) : null;
		}

	}

}
