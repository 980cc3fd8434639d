package io.github.ratelimit.store.redis;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.ClientOptions.DisconnectedBehavior;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.ClusterTopologyRefreshOptions;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.Delay;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration.LettuceClientConfigurationBuilder;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * Connections to where the application's own go, with options of their own, so that the
 * application's stay as they are.
 */
final class DedicatedConnections {

	/** More than all threads of an application wait for at a time. */
	private static final int QUEUE_SIZE = 10_000;

	private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(1);

	private static final Duration RECONNECT_LEAST = Duration.ofMillis(20);

	private static final Duration RECONNECT_MOST = Duration.ofMillis(500);

	private DedicatedConnections() {
	}

	/**
	 * Returns a started factory like another one.
	 * @param original the application's factory
	 * @return a factory to be destroyed by the caller
	 */
	static LettuceConnectionFactory like(LettuceConnectionFactory original) {
		boolean cluster = original.isClusterAware();
		LettuceClientConfiguration client = client(original.getClientConfiguration(), cluster);
		LettuceConnectionFactory factory;
		if (cluster && original.getClusterConfiguration() != null) {
			factory = new LettuceConnectionFactory(original.getClusterConfiguration(), client);
		}
		else if (original.getSentinelConfiguration() != null) {
			factory = new LettuceConnectionFactory(original.getSentinelConfiguration(), client);
		}
		else if (original.getSocketConfiguration() != null) {
			factory = new LettuceConnectionFactory(original.getSocketConfiguration(), client);
		}
		else {
			factory = new LettuceConnectionFactory(original.getStandaloneConfiguration(), client);
		}
		factory.setValidateConnection(false);
		factory.setShareNativeConnection(true);
		factory.setEagerInitialization(false);
		factory.afterPropertiesSet();
		factory.start();
		return factory;
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
		ClientResources resources = original.getClientResources().orElseGet(ClientResources::create);
		builder.clientResources(resources.mutate()
			.reconnectDelay(Delay.fullJitter(RECONNECT_LEAST, RECONNECT_MOST, RECONNECT_LEAST.toMillis(),
					TimeUnit.MILLISECONDS))
			.build());
		original.getRedisCredentialsProviderFactory().ifPresent(builder::redisCredentialsProviderFactory);
		original.getClientName().ifPresent(builder::clientName);
		ClientOptions options = original.getClientOptions().orElseGet(ClientOptions::create);
		return builder.clientOptions(cluster ? clusterOptions(options) : options(options.mutate(), options).build())
			.commandTimeout(original.getCommandTimeout())
			.shutdownTimeout(Duration.ZERO)
			.shutdownQuietPeriod(Duration.ZERO)
			.build();
	}

	private static ClientOptions.Builder options(ClientOptions.Builder builder, ClientOptions original) {
		SocketOptions sockets = original.getSocketOptions();
		if (sockets.getConnectTimeout().compareTo(CONNECT_TIMEOUT) > 0) {
			// an attempt that hangs would keep the next one waiting
			sockets = sockets.mutate().connectTimeout(CONNECT_TIMEOUT).build();
		}
		return builder.autoReconnect(true)
			.socketOptions(sockets)
			.disconnectedBehavior(DisconnectedBehavior.REJECT_COMMANDS)
			.replayFilter((command) -> true)
			.requestQueueSize(QUEUE_SIZE)
			.useHashIndexQueue(false)
			// the deadline is the caller's, and a late answer is worth knowing
			.timeoutOptions(TimeoutOptions.create())
			.suspendReconnectOnProtocolFailure(false);
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
