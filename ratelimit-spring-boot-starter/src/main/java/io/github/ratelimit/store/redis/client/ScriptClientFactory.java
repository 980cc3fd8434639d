package io.github.ratelimit.store.redis.client;

import io.github.ratelimit.store.redis.script.LuaScript;
import java.util.Collection;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.framework.AopProxyUtils;
import org.springframework.data.redis.connection.RedisConfiguration;
import org.springframework.data.redis.connection.RedisConfiguration.ClusterConfiguration;
import org.springframework.data.redis.connection.RedisConfiguration.SentinelConfiguration;
import org.springframework.data.redis.connection.RedisConfiguration.StaticMasterReplicaConfiguration;
import org.springframework.data.redis.connection.RedisConfiguration.WithDomainSocket;
import org.springframework.data.redis.connection.RedisConfiguration.WithHostAndPort;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.RedisNode;
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
				describe(configuration));
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

	/** Describes the target of connections for logs, without credentials. */
	static String describe(@Nullable RedisConfiguration configuration) {
		if (configuration instanceof ClusterConfiguration cluster) {
			return "cluster of " + nodes(cluster.getClusterNodes());
		}
		if (configuration instanceof SentinelConfiguration sentinel) {
			String master = (sentinel.getMaster() != null) ? sentinel.getMaster().getName() : null;
			return "master " + master + " of the Sentinels " + nodes(sentinel.getSentinels());
		}
		if (configuration instanceof StaticMasterReplicaConfiguration listed) {
			return listed.getNodes().stream().map(ScriptClientFactory::describe).collect(Collectors.joining(", "));
		}
		if (configuration instanceof WithDomainSocket socket) {
			return socket.getSocket();
		}
		return (configuration instanceof WithHostAndPort server) ? server.getHostName() + ":" + server.getPort()
				: "where the application's connections go";
	}

	private static String nodes(Collection<? extends RedisNode> nodes) {
		return nodes.stream().map((node) -> node.getHost() + ":" + node.getPort()).collect(Collectors.joining(", "));
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
