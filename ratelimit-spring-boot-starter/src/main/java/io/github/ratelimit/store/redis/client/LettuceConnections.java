package io.github.ratelimit.store.redis.client;

import io.github.ratelimit.store.redis.script.LuaScript;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.ClientOptions.DisconnectedBehavior;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.ClusterTopologyRefreshOptions;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.Delay;
import io.lettuce.core.resource.Transports.NativeTransports;
import java.lang.reflect.Field;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.springframework.data.redis.connection.RedisConfiguration;
import org.springframework.data.redis.connection.RedisConfiguration.WithDomainSocket;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration.LettuceClientConfigurationBuilder;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.util.ReflectionUtils;

/**
 * The store's own Lettuce connections: to the target of the application's connections,
 * with other options, so that the application's stay as they are. Loaded only with
 * Lettuce.
 */
final class LettuceConnections {

	/** More than the calls that all threads of an application wait for at a time. */
	private static final int QUEUE_SIZE = 10_000;

	/** For the connection, and for the first replies on it. */
	private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(1);

	private static final Duration RECONNECT_LEAST = Duration.ofMillis(20);

	private static final Duration RECONNECT_MOST = Duration.ofMillis(500);

	private LettuceConnections() {
	}

	/**
	 * Returns a client for the target of the application's connections, null if they
	 * cannot be copied.
	 * @throws IllegalArgumentException if the target cannot be reached, with the reason
	 */
	static @Nullable ScriptClient client(RedisConnectionFactory connections, LuaScript... needed) {
		if (connections.getClass() != LettuceConnectionFactory.class) {
			return null;
		}
		LettuceConnectionFactory lettuce = (LettuceConnectionFactory) connections;
		RedisConfiguration configuration = target(lettuce);
		if (configuration instanceof WithDomainSocket socket) {
			checkTransport(socket.getSocket(), NativeTransports.isDomainSocketSupported());
		}
		return (configuration != null)
				? new LettuceScriptClient(like(lettuce, configuration), RedisAddress.of(configuration), needed) : null;
	}

	static void checkTransport(String socket, boolean supported) {
		if (!supported) {
			throw new IllegalArgumentException("needs Netty's native transport for the Unix socket " + socket
					+ ", which is not on the class path");
		}
	}

	static @Nullable RedisConfiguration configuration(RedisConnectionFactory connections) {
		return (connections instanceof LettuceConnectionFactory lettuce) ? target(lettuce) : null;
	}

	/**
	 * Returns null if the target is unknown. The factory's getters return a standalone
	 * server, a socket, Sentinel and a cluster, but not a static list of masters and
	 * replicas, for which they return localhost.
	 */
	private static @Nullable RedisConfiguration target(LettuceConnectionFactory factory) {
		Field field = ReflectionUtils.findField(LettuceConnectionFactory.class, "configuration",
				RedisConfiguration.class);
		if (field != null && field.trySetAccessible()) {
			return (RedisConfiguration) ReflectionUtils.getField(field, factory);
		}
		if (factory.getClusterConfiguration() != null) {
			return factory.getClusterConfiguration();
		}
		return (factory.getSentinelConfiguration() != null) ? factory.getSentinelConfiguration()
				: factory.getSocketConfiguration();
	}

	/**
	 * Returns a started factory like another one.
	 * @param original the application's factory
	 * @param configuration where its connections go
	 * @return a factory to be {@linkplain #destroy destroyed} by the caller
	 */
	private static LettuceConnectionFactory like(LettuceConnectionFactory original, RedisConfiguration configuration) {
		LettuceClientConfiguration client = client(original.getClientConfiguration(), original.isClusterAware());
		LettuceConnectionFactory factory = (configuration instanceof RedisStandaloneConfiguration standalone)
				? new LettuceConnectionFactory(standalone, client)
				: new LettuceConnectionFactory(configuration, client);
		factory.setValidateConnection(false);
		factory.setShareNativeConnection(true);
		factory.setEagerInitialization(false);
		factory.afterPropertiesSet();
		factory.start();
		return factory;
	}

	/** Closes a factory's connections and threads, without waiting for the threads. */
	static void destroy(LettuceConnectionFactory factory) {
		factory.destroy();
		factory.getClientConfiguration()
			.getClientResources()
			.ifPresent((resources) -> resources.shutdown(0, 0, TimeUnit.MILLISECONDS));
	}

	private static LettuceClientConfiguration client(LettuceClientConfiguration original, boolean cluster) {
		LettuceClientConfigurationBuilder builder = LettuceClientConfiguration.builder();
		if (original.isUseSsl()) {
			LettuceClientConfiguration.LettuceSslClientConfigurationBuilder ssl = builder.useSsl();
			ssl.verifyPeer(original.getVerifyMode());
			if (original.isStartTls()) {
				ssl.startTls();
			}
		}
		builder.clientResources(resources(original.getClientResources().orElse(null)));
		original.getRedisCredentialsProviderFactory().ifPresent(builder::redisCredentialsProviderFactory);
		original.getClientName().ifPresent(builder::clientName);
		ClientOptions options = original.getClientOptions().orElseGet(ClientOptions::create);
		return builder.clientOptions(cluster ? clusterOptions(options) : options(options.mutate(), options).build())
			.commandTimeout(least(original.getCommandTimeout(), CONNECT_TIMEOUT))
			.shutdownTimeout(Duration.ZERO)
			.shutdownQuietPeriod(Duration.ZERO)
			.build();
	}

	/**
	 * Returns resources that the caller has to shut down; those that they share with the
	 * application stay open. They have their own network threads, so that no foreign code
	 * runs on these.
	 */
	private static ClientResources resources(@Nullable ClientResources original) {
		ClientResources.Builder builder = ClientResources.builder();
		if (original != null) {
			// the builder shares what is set here, and would shut down the rest with ours
			builder = original.mutate()
				.timer(original.timer())
				.eventExecutorGroup(original.eventExecutorGroup())
				.commandLatencyRecorder(original.commandLatencyRecorder());
		}
		return builder
			.reconnectDelay(Delay.fullJitter(RECONNECT_LEAST, RECONNECT_MOST, RECONNECT_LEAST.toMillis(),
					TimeUnit.MILLISECONDS))
			.build();
	}

	private static ClientOptions.Builder options(ClientOptions.Builder builder, ClientOptions original) {
		SocketOptions sockets = original.getSocketOptions();
		// an attempt that hangs would delay the next one
		Duration timeout = least(sockets.getConnectTimeout(), CONNECT_TIMEOUT);
		return builder.autoReconnect(true)
			.socketOptions(sockets.mutate().connectTimeout(timeout).build())
			.disconnectedBehavior(DisconnectedBehavior.REJECT_COMMANDS)
			.replayFilter((command) -> true)
			.requestQueueSize(QUEUE_SIZE)
			.useHashIndexQueue(false)
			// the caller has its own deadline, and a late reply is still useful
			.timeoutOptions(TimeoutOptions.create())
			.suspendReconnectOnProtocolFailure(false);
	}

	private static Duration least(Duration one, Duration other) {
		return (one.compareTo(other) < 0) ? one : other;
	}

	private static ClusterClientOptions clusterOptions(ClientOptions options) {
		ClusterClientOptions.Builder builder = (options instanceof ClusterClientOptions cluster) ? cluster.mutate()
				: ClusterClientOptions.builder(options);
		options(builder, options);
		boolean refreshes = options instanceof ClusterClientOptions cluster
				&& !cluster.getTopologyRefreshOptions().getAdaptiveRefreshTriggers().isEmpty();
		if (!refreshes) {
			builder.topologyRefreshOptions(ClusterTopologyRefreshOptions.builder()
				.enableAllAdaptiveRefreshTriggers()
				.adaptiveRefreshTriggersTimeout(Duration.ofSeconds(1))
				.build());
		}
		return builder.build();
	}

}
