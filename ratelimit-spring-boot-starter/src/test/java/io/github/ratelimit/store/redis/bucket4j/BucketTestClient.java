package io.github.ratelimit.store.redis.bucket4j;

import io.github.ratelimit.TimeSource;
import io.github.ratelimit.store.redis.RedisStoreSettings;
import io.github.ratelimit.store.redis.RedisTestStore;
import io.github.ratelimit.store.redis.client.ScriptClientFactory;
import io.github.ratelimit.store.redis.server.RedisServer;
import java.time.Duration;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.jedis.JedisConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/** Clients that buckets are tested with. */
public enum BucketTestClient {

	LETTUCE {

		@Override
		RedisConnectionFactory connections(int port) {
			return new LettuceConnectionFactory("127.0.0.1", port);
		}

	},

	JEDIS {

		@Override
		RedisConnectionFactory connections(int port) {
			JedisConnectionFactory connections = new JedisConnectionFactory(
					new RedisStandaloneConfiguration("127.0.0.1", port));
			connections.afterPropertiesSet();
			connections.start();
			return connections;
		}

	};

	/** A deadline that a busy machine keeps. */
	static final Duration PATIENT = Duration.ofSeconds(10);

	/** Returns connections to a server of this machine. */
	abstract RedisConnectionFactory connections(int port);

	/** Returns buckets as an application makes them, with a deadline that is kept. */
	public OpenBuckets open(RedisServer server) {
		return open(server.port(), PATIENT);
	}

	public OpenBuckets open(int port, Duration deadline) {
		RedisConnectionFactory connections = connections(port);
		return new OpenBuckets(RedisBuckets.create(connections, RedisStoreSettings.DEFAULT_KEY_PREFIX, deadline),
				(DisposableBean) connections);
	}

	/** Returns buckets with a manual time, alone on their server. */
	static RedisBuckets turned(RedisServer server, TimeSource time) {
		return new RedisBuckets(ScriptClientFactory.scripts(LETTUCE.connections(server.port())),
				RedisBuckets.Scripts.load(RedisTestStore::turned), RedisStoreSettings.DEFAULT_KEY_PREFIX, PATIENT,
				RedisTestStore.settingTheClock(time, server));
	}

	/**
	 * Buckets, and the application's connections.
	 *
	 * @param buckets the buckets
	 * @param connections the connections, to be destroyed
	 */
	public record OpenBuckets(RedisBuckets buckets, DisposableBean connections) implements AutoCloseable {

		@Override
		public void close() {
			this.buckets.close();
			try {
				this.connections.destroy();
			}
			catch (Exception ex) {
				throw new IllegalStateException(ex);
			}
		}

	}

}
