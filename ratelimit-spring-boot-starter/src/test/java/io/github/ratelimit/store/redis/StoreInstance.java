package io.github.ratelimit.store.redis;

import io.github.ratelimit.Key;
import io.github.ratelimit.Limit;
import io.github.ratelimit.OnStoreFailure;
import io.github.ratelimit.TimeSource;
import io.github.ratelimit.registry.Handles;
import io.github.ratelimit.registry.LimitHandle;
import io.github.ratelimit.registry.LimitSettings;
import io.github.ratelimit.registry.RegisteredLimit;
import io.github.ratelimit.store.Charge;
import io.github.ratelimit.store.ChargeDecision;
import io.github.ratelimit.store.StoreFixture;
import io.github.ratelimit.store.memory.MemoryStore;
import io.github.ratelimit.store.redis.client.RecordingScriptClient;
import io.github.ratelimit.store.redis.client.ScriptClientFactory;
import io.github.ratelimit.store.redis.script.StoreScripts;
import io.github.ratelimit.store.redis.server.FaultyProxy;
import io.github.ratelimit.store.redis.server.Polling;
import io.github.ratelimit.store.redis.server.RedisCluster;
import io.github.ratelimit.store.redis.server.RedisSentinels;
import io.github.ratelimit.store.redis.server.RedisServer;
import io.lettuce.core.RedisURI;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.SocketAddressResolver;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntSupplier;
import org.springframework.data.redis.connection.RedisClusterConfiguration;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.RedisNode;
import org.springframework.data.redis.connection.RedisSentinelConfiguration;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.jedis.JedisConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * One instance of an application: a store with its own connections, in real time unless
 * it is given another, with the commands that it sent and the events that it received.
 * Safe for use by several threads.
 */
public final class StoreInstance implements AutoCloseable {

	/** Refills one permit in a hundred days: what is available is what was not taken. */
	public static final Limit STILL = StoreFixture.limit("still", "365/36500d");

	/**
	 * The longest time after which Redis decides again once it has recovered, and has
	 * received all charges: longer than after a lost command, also on a busy machine.
	 */
	public static final Duration BACK = Duration.ofSeconds(30);

	private static final ClientResources RESOURCES = ClientResources.create();

	private final RedisStore store;

	private final RecordingScriptClient sent;

	private final RecordingObserver told = new RecordingObserver();

	private final AutoCloseable connections;

	/** The limits that are leased, which other instances do not lease. */
	private final Map<Limit, LimitHandle> leased;

	private StoreInstance(Builder builder) {
		this.leased = builder.leased;
		this.connections = builder.connections;
		this.sent = new RecordingScriptClient(ScriptClientFactory.scripts(builder.factory));
		TimeSource time = builder.time;
		this.store = new RedisStore(this.sent, builder.scripts, builder.settings(), new MemoryStore(time, 10_000), time,
				this.told);
		if (builder.counted) {
			this.store.begin();
		}
	}

	/** Returns an instance with default settings, but a patient deadline. */
	public static StoreInstance on(RedisServer server) {
		return through(server.port()).build();
	}

	/** Begins an instance whose connections go to a port, through Lettuce. */
	public static Builder through(int port) {
		return new Builder(lettuce(port), () -> {
		});
	}

	public static Builder through(FaultyProxy proxy) {
		return through(proxy.port());
	}

	/** Starts an instance whose connections have a target that can change. */
	public static Builder through(IntSupplier port) {
		ClientResources resources = RESOURCES.mutate().socketAddressResolver(new SocketAddressResolver() {

			@Override
			public SocketAddress resolve(RedisURI uri) {
				return new InetSocketAddress(RedisServer.HOST, port.getAsInt());
			}

		}).build();
		LettuceClientConfiguration client = LettuceClientConfiguration.builder().clientResources(resources).build();
		return new Builder(new LettuceConnectionFactory(new RedisStandaloneConfiguration("somewhere"), client), () -> {
		});
	}

	public static Builder throughJedis(int port) {
		JedisConnectionFactory jedis = new JedisConnectionFactory(
				new RedisStandaloneConfiguration(RedisServer.HOST, port));
		jedis.afterPropertiesSet();
		jedis.start();
		return new Builder(jedis, jedis::destroy);
	}

	public static Builder on(RedisCluster cluster) {
		RedisClusterConfiguration nodes = new RedisClusterConfiguration();
		cluster.nodes().forEach((node) -> nodes.addClusterNode(new RedisNode(RedisServer.HOST, node.port())));
		return new Builder(new LettuceConnectionFactory(nodes, client()), () -> {
		});
	}

	public static Builder on(RedisSentinels sentinels) {
		RedisSentinelConfiguration nodes = new RedisSentinelConfiguration().master(RedisSentinels.MASTER_NAME);
		sentinels.sentinels().forEach((sentinel) -> nodes.sentinel(RedisServer.HOST, sentinel.port()));
		return new Builder(new LettuceConnectionFactory(nodes, client()), () -> {
		});
	}

	public static LettuceConnectionFactory lettuce(int port) {
		return new LettuceConnectionFactory(new RedisStandaloneConfiguration(RedisServer.HOST, port), client());
	}

	private static LettuceClientConfiguration client() {
		return LettuceClientConfiguration.builder().clientResources(RESOURCES).build();
	}

	/** Returns the number of keys with a debt. */
	public int debts() {
		return this.store.debts();
	}

	public RedisStore store() {
		return this.store;
	}

	/** Returns the commands that it sent. */
	public RecordingScriptClient sent() {
		return this.sent;
	}

	/** Returns the events of its observer. */
	public RecordingObserver told() {
		return this.told;
	}

	public ChargeDecision take(Limit limit, String key, long permits) {
		return this.store.take(Charge.of(this.leased.getOrDefault(limit, Handles.of(limit)), Key.of(key), permits));
	}

	public ChargeDecision take(Limit limit, String key) {
		return take(limit, key, 1);
	}

	public List<ChargeDecision> takeAll(Charge... charges) {
		return this.store.takeAll(List.of(charges));
	}

	/** Returns what a key has left, according to Redis. */
	public long remaining(Limit limit, String key) {
		ChargeDecision looked = take(limit, key, 0);
		if (looked.isDegraded()) {
			throw new AssertionError("Redis was not asked: " + looked);
		}
		return looked.remaining();
	}

	/** Waits until Redis gets no more calls, to which the peeks meanwhile lead. */
	public StoreInstance awaitDown() {
		Polling.until(BACK, "Redis is not asked", () -> {
			take(STILL, "looks", 0);
			return this.store.status().equals("degraded");
		});
		return this;
	}

	/** Waits until Redis decides again. */
	public void awaitBack(Duration longest) {
		Polling.until(longest, "Redis decides", () -> !take(STILL, "looks", 0).isDegraded());
	}

	/** Waits until Redis decides. */
	public StoreInstance awaitUp() {
		Polling.until(BACK, "Redis decides", () -> !take(STILL, "looks", 0).isDegraded());
		return this;
	}

	@Override
	public void close() {
		this.store.close();
		try {
			this.connections.close();
		}
		catch (Exception ex) {
			throw new IllegalStateException("Connections do not close", ex);
		}
	}

	/** Begins an instance. */
	public static final class Builder {

		private final RedisConnectionFactory factory;

		private final AutoCloseable connections;

		private TimeSource time = TimeSource.system();

		private StoreScripts scripts = StoreScripts.load();

		private Duration deadline = Duration.ofSeconds(5);

		private OnStoreFailure onStoreFailure = OnStoreFailure.LOCAL;

		private boolean counted;

		private final Map<Limit, LimitHandle> leased = new HashMap<>();

		private Duration slotLease = RedisStoreSettings.DEFAULT_SLOT_LEASE;

		private Builder(RedisConnectionFactory factory, AutoCloseable connections) {
			this.factory = factory;
			this.connections = connections;
		}

		/** Uses a manual time, also in Redis. */
		public Builder turned(TimeSource time) {
			this.time = time;
			this.scripts = RedisTestStore.turnedScripts();
			return this;
		}

		public Builder deadline(Duration deadline) {
			this.deadline = deadline;
			return this;
		}

		public Builder onStoreFailure(OnStoreFailure policy) {
			this.onStoreFailure = policy;
			return this;
		}

		public Builder onStoreFailure(Limit limit, OnStoreFailure policy) {
			Handles.of(limit).registered().change((settings) -> settings.withOnStoreFailure(policy));
			return this;
		}

		/** Lets the instance report itself to Redis. */
		public Builder counted() {
			this.counted = true;
			return this;
		}

		public Builder slotLease(Duration lease) {
			this.slotLease = lease;
			return this;
		}

		public Builder lease(Limit limit, Duration ttl) {
			this.leased.put(limit, RegisteredLimit.of(LimitSettings.of(limit).withLease(ttl)).handle());
			return this;
		}

		private RedisStoreSettings settings() {
			return new RedisStoreSettings(RedisStoreSettings.DEFAULT_KEY_PREFIX, this.deadline, 10_000,
					this.onStoreFailure, this.slotLease);
		}

		public StoreInstance build() {
			return new StoreInstance(this);
		}

	}

}
