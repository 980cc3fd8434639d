package io.github.ratelimit.store.redis.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.Key;
import io.github.ratelimit.Limit;
import io.github.ratelimit.ManualTime;
import io.github.ratelimit.TimeSource;
import io.github.ratelimit.store.ChargeDecision;
import io.github.ratelimit.store.StoreFixture;
import io.github.ratelimit.store.StoreObserver;
import io.github.ratelimit.store.memory.MemoryStore;
import io.github.ratelimit.store.redis.RedisStore;
import io.github.ratelimit.store.redis.RedisTestStore;
import io.github.ratelimit.store.redis.StoreInstance;
import io.github.ratelimit.store.redis.script.StoreScripts;
import io.github.ratelimit.store.redis.server.Polling;
import io.github.ratelimit.store.redis.server.RedisCluster;
import io.github.ratelimit.store.redis.server.RedisServer;
import io.github.ratelimit.store.redis.server.SharedRedis;
import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.ReadFrom;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.aop.target.SingletonTargetSource;
import org.springframework.dao.DataAccessException;
import org.springframework.data.redis.connection.RedisClusterConfiguration;
import org.springframework.data.redis.connection.RedisClusterConnection;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.RedisSentinelConnection;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.RedisStaticMasterReplicaConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/** Limits find Redis in whatever way an application configures it. */
@Tag("redis")
class ConnectionTopologyTests {

	private static final Duration SOON = Duration.ofSeconds(60);

	private static final Limit LIMIT = StoreFixture.limit("chat", "10/d");

	private static final Limit OTHER = StoreFixture.limit("other", "10/d");

	private static final String STATE = "ratelimit:1:chat:{" + Key.of("caller").id() + "}";

	@BeforeEach
	void begin() {
		SharedRedis.flush();
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void ofListedMastersAndReplicasTheMasterGetsTheCalls(boolean replicaFirst) {
		try (RedisServer master = RedisServer.start(); RedisServer replica = RedisServer.startReplicaOf(master)) {
			RedisServer first = replicaFirst ? replica : master;
			RedisServer second = replicaFirst ? master : replica;
			RedisStaticMasterReplicaConfiguration nodes = new RedisStaticMasterReplicaConfiguration(RedisServer.HOST,
					first.port());
			nodes.addNode(RedisServer.HOST, second.port());
			LettuceClientConfiguration client = LettuceClientConfiguration.builder()
				.readFrom(ReadFrom.REPLICA_PREFERRED)
				.clientName("shop")
				.build();

			assertTakesThrough(new LettuceConnectionFactory(nodes, client), master);

			assertThat(master.calls("evalsha")).isPositive();
		}
	}

	@Test
	void aMasterThatReturnsGetsCallsAgain() {
		try (RedisServer master = RedisServer.start(); RedisServer replica = RedisServer.startReplicaOf(master)) {
			RedisStaticMasterReplicaConfiguration nodes = new RedisStaticMasterReplicaConfiguration(RedisServer.HOST,
					replica.port());
			nodes.addNode(RedisServer.HOST, master.port());
			try (RedisStore store = store(new LettuceConnectionFactory(nodes))) {
				awaitTaken(store);
				master.kill();
				master.startAgain();
				awaitTaken(store);
			}
		}
	}

	@Test
	void databaseAndNameAreThoseOfTheApplication() {
		RedisStandaloneConfiguration standalone = new RedisStandaloneConfiguration(RedisServer.HOST,
				SharedRedis.server().port());
		standalone.setDatabase(3);
		LettuceClientConfiguration client = LettuceClientConfiguration.builder().clientName("shop").build();
		try (RedisStore store = store(new LettuceConnectionFactory(standalone, client))) {
			awaitTaken(store);
			assertThat(SharedRedis.server().command("EXISTS", STATE)).isEqualTo(0L);
			assertThat((String) SharedRedis.server().command("CLIENT", "LIST")).contains("name=shop", "db=3");
		}
	}

	@Test
	void aUrlIsAServer() {
		String url = "redis://" + RedisServer.HOST + ":" + SharedRedis.server().port();
		assertTakesThrough(new LettuceConnectionFactory(LettuceConnectionFactory.createRedisConfiguration(url)),
				SharedRedis.server());
	}

	@Test
	void aFactoryBehindAProxyIsMadeOnceMore() {
		LettuceConnectionFactory original = StoreInstance.lettuce(SharedRedis.server().port());
		ProxyFactory ofClass = new ProxyFactory(original);
		ofClass.setProxyTargetClass(true);
		ProxyFactory ofInterface = new ProxyFactory(RedisConnectionFactory.class, new SingletonTargetSource(original));
		for (ProxyFactory proxy : List.of(ofClass, ofInterface)) {
			RedisConnectionFactory factory = (RedisConnectionFactory) proxy.getProxy();
			try (ScriptClient scripts = ScriptClientFactory.scripts(factory)) {
				assertThat(scripts).isInstanceOf(LettuceScriptClient.class);
			}
			assertTakesThrough(factory, SharedRedis.server());
		}
	}

	@Test
	void aFactoryWithCodeOfItsOwnKeepsIt() {
		AtomicInteger made = new AtomicInteger();
		RedisStandaloneConfiguration elsewhere = new RedisStandaloneConfiguration(RedisServer.HOST,
				SharedRedis.server().port());
		LettuceConnectionFactory own = new LettuceConnectionFactory(elsewhere) {

			@Override
			protected AbstractRedisClient createClient() {
				made.incrementAndGet();
				return super.createClient();
			}

		};
		own.afterPropertiesSet();
		own.start();
		try {
			assertTakesThrough(own, SharedRedis.server());
			assertThat(made).hasValue(1);
		}
		finally {
			own.destroy();
		}
	}

	@Test
	void anUnknownFactoryIsUsedAsItIs() {
		LettuceConnectionFactory original = StoreInstance.lettuce(SharedRedis.server().port());
		start(original);
		try {
			assertTakesThrough(new Wrapper(original), SharedRedis.server());
		}
		finally {
			original.destroy();
		}
	}

	@Test
	void aClusterBehindSuchAFactoryIsACluster() {
		try (RedisCluster cluster = RedisCluster.start()) {
			LettuceConnectionFactory original = new LettuceConnectionFactory(new RedisClusterConfiguration(
					cluster.nodes().stream().map((node) -> RedisServer.HOST + ":" + node.port()).toList()));
			start(original);
			try (RedisStore store = store(new Wrapper(original))) {
				awaitTaken(store);
				for (int i = 0; i < 30; i++) {
					List<ChargeDecision> decisions = store.takeAll(List.of(StoreFixture.charge(LIMIT, "caller" + i, 1),
							StoreFixture.charge(OTHER, "other" + i, 1)));
					assertThat(decisions).noneMatch(ChargeDecision::isDegraded).noneMatch(ChargeDecision::isViolated);
				}
			}
			finally {
				original.destroy();
			}
		}
	}

	private static void start(LettuceConnectionFactory factory) {
		factory.afterPropertiesSet();
		factory.start();
	}

	private static void assertTakesThrough(RedisConnectionFactory factory, RedisServer server) {
		try (RedisStore store = store(factory)) {
			awaitTaken(store);
			assertThat(server.command("EXISTS", STATE)).isEqualTo(1L);
		}
	}

	private static void awaitTaken(RedisStore store) {
		Polling.until(SOON, "a decision in Redis",
				() -> !store.take(StoreFixture.charge(LIMIT, "caller", 1)).isDegraded());
	}

	private static RedisStore store(RedisConnectionFactory factory) {
		return RedisTestStore.store(ScriptClientFactory.scripts(factory), StoreScripts.load(), RedisTestStore.patient(),
				new MemoryStore(new ManualTime(), 100), TimeSource.system(), StoreObserver.NONE);
	}

	/** As tracing and the like make them. */
	private record Wrapper(RedisConnectionFactory factory) implements RedisConnectionFactory {

		@Override
		public RedisConnection getConnection() {
			return this.factory.getConnection();
		}

		@Override
		public RedisClusterConnection getClusterConnection() {
			return this.factory.getClusterConnection();
		}

		@Override
		public RedisSentinelConnection getSentinelConnection() {
			return this.factory.getSentinelConnection();
		}

		@Override
		public boolean getConvertPipelineAndTxResults() {
			return this.factory.getConvertPipelineAndTxResults();
		}

		@Override
		public @Nullable DataAccessException translateExceptionIfPossible(RuntimeException ex) {
			return this.factory.translateExceptionIfPossible(ex);
		}

	}

}
