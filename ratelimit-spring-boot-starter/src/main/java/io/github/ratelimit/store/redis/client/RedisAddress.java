package io.github.ratelimit.store.redis.client;

import java.util.Collection;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.data.redis.connection.RedisConfiguration;
import org.springframework.data.redis.connection.RedisConfiguration.ClusterConfiguration;
import org.springframework.data.redis.connection.RedisConfiguration.SentinelConfiguration;
import org.springframework.data.redis.connection.RedisConfiguration.StaticMasterReplicaConfiguration;
import org.springframework.data.redis.connection.RedisConfiguration.WithDomainSocket;
import org.springframework.data.redis.connection.RedisConfiguration.WithHostAndPort;
import org.springframework.data.redis.connection.RedisNode;

/** Says in logs and warnings where Redis is, without credentials. */
final class RedisAddress {

	private RedisAddress() {
	}

	/** Returns the address of a configuration. */
	static String of(@Nullable RedisConfiguration configuration) {
		if (configuration instanceof ClusterConfiguration cluster) {
			return "cluster of " + nodes(cluster.getClusterNodes());
		}
		if (configuration instanceof SentinelConfiguration sentinel) {
			String master = (sentinel.getMaster() != null) ? sentinel.getMaster().getName() : null;
			return "master " + master + " of the Sentinels " + nodes(sentinel.getSentinels());
		}
		if (configuration instanceof StaticMasterReplicaConfiguration listed) {
			return listed.getNodes().stream().map(RedisAddress::of).collect(Collectors.joining(", "));
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

}
