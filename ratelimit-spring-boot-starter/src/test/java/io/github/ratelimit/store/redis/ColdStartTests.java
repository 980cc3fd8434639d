package io.github.ratelimit.store.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.OnStoreFailure;
import io.github.ratelimit.TimeSource;
import io.github.ratelimit.store.Charge;
import io.github.ratelimit.store.StoreFixture;
import io.github.ratelimit.store.StoreObserver;
import io.github.ratelimit.store.memory.MemoryStore;
import io.github.ratelimit.store.redis.script.LuaScript;
import io.github.ratelimit.store.redis.script.StoreScripts;
import io.github.ratelimit.store.redis.server.Polling;
import io.github.ratelimit.store.redis.server.RedisCluster;
import io.github.ratelimit.store.redis.server.RedisServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.springframework.data.redis.connection.RedisClusterConfiguration;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.jedis.JedisConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/** What a store does before it decides for the first time. */
@Tag("redis")
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
class ColdStartTests {

	/** Two seconds, on a busy machine. */
	private static final Duration BUSY = Duration.ofSeconds(10);

	private static final Charge CHARGE = StoreFixture.charge(StoreInstance.STILL, "caller", 1);

	private RedisServer server;

	private StoreLog log;

	@BeforeEach
	void start() {
		this.server = RedisServer.start();
		this.log = new StoreLog();
	}

	@AfterEach
	void close() {
		this.log.close();
		this.server.close();
	}

	@Test
	void redisHasLoadedAndRunEveryScriptBeforeTheFirstDecision() {
		try (RedisStore store = create(lettuce(this.server.port()))) {
			store.warmUp(StoreInstance.BACK);

			assertThat(store.status()).isEqualTo("up");
			assertThatAllScriptsAreLoadedIn(this.server);
			assertThat(this.server.calls("evalsha")).isGreaterThanOrEqualTo(scripts().count());
			long eval = this.server.calls("eval");
			long connections = Long.parseLong(this.server.info("stats").get("total_connections_received"));
			assertThat(store.take(CHARGE).isDegraded()).isFalse();
			assertThat(this.server.calls("eval")).isEqualTo(eval);
			// the threads that call in this test are others
			assertThat(Long.parseLong(this.server.info("stats").get("total_connections_received")) - connections)
				.isLessThanOrEqualTo(3);
			assertThat(this.log.lines()).isEmpty();
		}
	}

	@Test
	void nothingIsLeftInRedisButTheProbeForASecond() {
		this.server.command("SET", "application", "1");
		RedisStore store = create(lettuce(this.server.port()));
		store.warmUp(StoreInstance.BACK);
		assertThat((List<?>) this.server.command("KEYS", "*")).map(String::valueOf)
			.allMatch((key) -> key.equals("application") || key.startsWith("prefix:1:#probe:")
					|| key.equals("prefix:1:#instances:{instances}"));
		store.close();
		Polling.until(StoreInstance.BACK, "only the application's key is there",
				() -> this.server.command("DBSIZE").equals(1L));
	}

	@Test
	void everyNodeOfAClusterRunsEveryScript() {
		try (RedisCluster cluster = RedisCluster.start()) {
			LettuceConnectionFactory connections = new LettuceConnectionFactory(new RedisClusterConfiguration(
					cluster.nodes().stream().map((node) -> RedisServer.HOST + ":" + node.port()).toList()));
			try (RedisStore store = create(connections)) {
				store.warmUp(StoreInstance.BACK);
				assertThat(store.status()).isEqualTo("up");
				assertThat(this.log.lines()).isEmpty();
				cluster.nodes().forEach(ColdStartTests::assertThatAllScriptsAreLoadedIn);
			}
		}
	}

	@Test
	void anotherClientThanLettuceIsWarmedUpToo() {
		JedisConnectionFactory jedis = new JedisConnectionFactory(
				new RedisStandaloneConfiguration(RedisServer.HOST, this.server.port()));
		jedis.afterPropertiesSet();
		jedis.start();
		try (RedisStore store = create(jedis)) {
			store.warmUp(StoreInstance.BACK);
			assertThat(store.status()).isEqualTo("up");
			assertThatAllScriptsAreLoadedIn(this.server);
			this.server.kill();
		}
		try (RedisStore store = create(jedis)) {
			store.warmUp();
			assertThat(this.log.lines()).singleElement()
				.asString()
				.contains(RedisServer.HOST + ":" + this.server.port());
		}
		jedis.destroy();
	}

	@Test
	void aUserWithOnlyTheRightToDecideIsReady() {
		this.server.command("ACL", "SETUSER", "shop", "on", ">secret", "~prefix:*", "+@connection", "+evalsha", "+eval",
				"+get", "+set", "+del", "+time");
		RedisStandaloneConfiguration shop = new RedisStandaloneConfiguration(RedisServer.HOST, this.server.port());
		shop.setUsername("shop");
		shop.setPassword("secret");
		try (RedisStore store = create(new LettuceConnectionFactory(shop))) {
			store.warmUp(StoreInstance.BACK);
			assertThat(store.status()).isEqualTo("up");
			assertThat(store.take(CHARGE).isDegraded()).isFalse();
			assertThat(this.log.lines()).isEmpty();
		}
	}

	@Test
	void anUnreachableRedisIsUnknownAndOneWarningNamesItsAddress() {
		this.server.kill();
		RedisStandaloneConfiguration shop = new RedisStandaloneConfiguration(RedisServer.HOST, this.server.port());
		shop.setUsername("shop");
		shop.setPassword("secret");
		try (RedisStore store = create(new LettuceConnectionFactory(shop))) {
			assertThat(store.status()).isEqualTo("unknown");
			store.warmUp();
			assertThat(store.status()).isEqualTo("unknown");
			for (int i = 0; i < 20; i++) {
				assertThat(store.take(CHARGE).isDegraded()).isTrue();
			}
			assertThat(store.status()).isEqualTo("unknown");
			assertThat(this.log.lines()).singleElement()
				.asString()
				.startsWith(
						"WARN Redis is not ready (" + RedisServer.HOST + ":" + this.server.port() + ", connection: ")
				.contains("Connection refused",
						"until it answers, limits decide by on-store-failure: deny. "
								+ "Start Redis, or correct the properties below spring.data.redis")
				.doesNotContain("shop", "secret");

			this.server.startAgain();
			this.server.command("ACL", "SETUSER", "shop", "on", ">secret", "~*", "+@all");
			Polling.until(StoreInstance.BACK, "Redis decides", () -> !store.take(CHARGE).isDegraded());
			assertThat(store.status()).isEqualTo("up");
		}
	}

	@Test
	void aRedisThatWritesNothingIsDegradedFromTheStart() {
		this.server.command("CONFIG", "SET", "maxmemory", "1");
		try (RedisStore store = create(lettuce(this.server.port()))) {
			store.warmUp(StoreInstance.BACK);
			assertThat(store.status()).isEqualTo("degraded");
			assertThat(this.log.lines()).singleElement()
				.asString()
				.startsWith("WARN Redis is not ready")
				.contains("oom");
		}
	}

	@Test
	void aRedisThatHangsHoldsTheStartForTwoSecondsAtMost() throws IOException {
		try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getByName(RedisServer.HOST));
				RedisStore store = create(lettuce(silent.getLocalPort()))) {
			long began = System.nanoTime();
			store.warmUp();
			assertThat(Duration.ofNanos(System.nanoTime() - began)).isBetween(Duration.ofMillis(1000), BUSY);
			assertThat(store.status()).isEqualTo("unknown");
			assertThat(this.log.lines()).singleElement().asString().startsWith("WARN Redis is not ready");
		}
	}

	@Test
	void aRedisThatIsPausedAfterItConnectedHoldsTheStartForTwoSecondsAtMost() {
		try (RedisStore store = create(lettuce(this.server.port()))) {
			Polling.until(StoreInstance.BACK, "the store is connected", () -> store.status().equals("up"));
			this.server.pause();
			long began = System.nanoTime();
			store.warmUp();
			assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(BUSY);
			assertThat(store.status()).isEqualTo("degraded");
			this.server.resume();
			Polling.until(StoreInstance.BACK, "Redis decides", () -> !store.take(CHARGE).isDegraded());
		}
	}

	private static Stream<LuaScript> scripts() {
		StoreScripts scripts = StoreScripts.load();
		return Stream.of(scripts.take(), scripts.giveBack(), scripts.charge(), scripts.renewSlots(), scripts.find(),
				scripts.reset(), scripts.page(), scripts.heartbeat(), scripts.probe(), scripts.configurations());
	}

	private static void assertThatAllScriptsAreLoadedIn(RedisServer node) {
		assertThat(scripts()).allSatisfy(
				(script) -> assertThat((List<?>) node.command("SCRIPT", "EXISTS", script.sha1())).as(script.name())
					.isEqualTo(List.of(1L)));
	}

	private static LettuceConnectionFactory lettuce(int port) {
		return new LettuceConnectionFactory(new RedisStandaloneConfiguration(RedisServer.HOST, port));
	}

	private static RedisStore create(RedisConnectionFactory connections) {
		RedisStoreSettings settings = new RedisStoreSettings("prefix", Duration.ofSeconds(1), 100, OnStoreFailure.DENY);
		return RedisStore.create(connections, settings, new MemoryStore(TimeSource.system(), 100), TimeSource.system(),
				StoreObserver.NONE);
	}

}
