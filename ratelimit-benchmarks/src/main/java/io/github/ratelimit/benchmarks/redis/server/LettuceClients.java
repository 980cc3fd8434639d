package io.github.ratelimit.benchmarks.redis.server;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.MaintNotificationsConfig;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.RedisURI;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.resource.ClientResources;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.springframework.data.redis.connection.RedisClusterConfiguration;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * Lettuce with the same options for all subjects, those of the starter's own connection:
 * nothing is sent while disconnected or sent again, and no timer is set for each command,
 * which makes all of them faster than the defaults.
 */
public final class LettuceClients {

	/** No subject is meant to come near it; it ends a run in which one hangs. */
	private static final long PATIENCE_SECONDS = 10;

	/**
	 * One for all: several instances in one process would each bring their own threads.
	 */
	private static final ClientResources RESOURCES = ClientResources.create();

	private LettuceClients() {
	}

	private static RedisURI uri(int port) {
		return RedisURI.builder().withHost("127.0.0.1").withPort(port).build();
	}

	public static RedisClient create(int port) {
		RedisClient client = RedisClient.create(RESOURCES, uri(port));
		client.setOptions(options());
		return client;
	}

	static ClientOptions options() {
		return ClientOptions.builder()
			.disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
			.replayFilter((command) -> true)
			.requestQueueSize(10_000)
			.useHashIndexQueue(false)
			.timeoutOptions(TimeoutOptions.create())
			.maintNotificationsConfig(MaintNotificationsConfig.disabled())
			.build();
	}

	/** The connection factory of an application, with one connection that all share. */
	public static LettuceConnectionFactory factory(RedisServers servers) {
		return factory(servers, RESOURCES);
	}

	/** The same over a slow network. */
	public static LettuceConnectionFactory factory(RedisServers servers, Duration delay) {
		return factory(servers, RESOURCES.mutate().nettyCustomizer(new Distance(delay)).build());
	}

	private static LettuceConnectionFactory factory(RedisServers servers, ClientResources resources) {
		LettuceClientConfiguration client = LettuceClientConfiguration.builder()
			.clientOptions(options())
			.clientResources(resources)
			.shutdownQuietPeriod(Duration.ZERO)
			.build();
		LettuceConnectionFactory factory = servers.isCluster()
				? new LettuceConnectionFactory(new RedisClusterConfiguration(List.of("127.0.0.1:" + servers.port())),
						client)
				: new LettuceConnectionFactory(new RedisStandaloneConfiguration("127.0.0.1", servers.port()), client);
		factory.afterPropertiesSet();
		factory.start();
		return factory;
	}

	public static <T> T await(RedisFuture<T> future) {
		try {
			return future.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException("Interrupted while Redis is asked", ex);
		}
		catch (ExecutionException | TimeoutException ex) {
			throw new IllegalStateException("Redis did not answer", ex);
		}
	}

	public static void shutdown(RedisClient client) {
		client.shutdown(0, 2, TimeUnit.SECONDS);
	}

}
