package io.github.ratelimit.store.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.ratelimit.OnStoreFailure;
import io.github.ratelimit.StoreUnavailableException;
import io.github.ratelimit.TimeSource;
import io.github.ratelimit.registry.Handles;
import io.github.ratelimit.store.Charge;
import io.github.ratelimit.store.ChargeDecision;
import io.github.ratelimit.store.StoreFixture;
import io.github.ratelimit.store.StoreObserver;
import io.github.ratelimit.store.memory.MemoryStore;
import io.github.ratelimit.store.redis.server.Polling;
import io.github.ratelimit.store.redis.server.RedisServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/** A store is created and closed at once, whether or not Redis is running. */
@Tag("redis")
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
class StartAndEndTests {

	/** On a busy machine; the compared operation takes a second at least. */
	private static final Duration AT_ONCE = Duration.ofMillis(900);

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
	void aStoreWithoutRedisDecidesByPolicyAndFindsRedisWhenItAppears() {
		this.server.kill();
		try (RedisStore store = create(this.server.port(), OnStoreFailure.DENY)) {
			for (int i = 0; i < 10; i++) {
				ChargeDecision decision = store.take(CHARGE);
				assertThat(decision.isDegraded()).isTrue();
				assertThat(decision.isUnavailable()).isTrue();
			}
			assertThat(store.status()).isEqualTo("unknown");
			Polling.until(StoreInstance.BACK, "the outage is logged", () -> !this.log.lines().isEmpty());
			assertThat(this.log.lines()).singleElement().asString().contains("connection");

			this.server.startAgain();
			Polling.until(StoreInstance.BACK, "Redis decides", () -> !store.take(CHARGE).isDegraded());
			assertThat(store.status()).isEqualTo("up");
		}
	}

	@Test
	void anUnusedStoreFindsRedisWithItsFirstCalls() {
		this.server.kill();
		try (RedisStore store = create(this.server.port(), OnStoreFailure.LOCAL)) {
			this.server.startAgain();
			Polling.until(StoreInstance.BACK, "Redis decides", () -> !store.take(CHARGE).isDegraded());
		}
	}

	@Test
	void aServerThatIsSilentHoldsNeitherStartNorEnd() throws IOException {
		try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getByName(RedisServer.HOST))) {
			assertThatStartAndEndAreQuick(silent.getLocalPort());
		}
	}

	@Test
	void aServerThatIsNotThereHoldsNeitherStartNorEnd() {
		this.server.kill();
		assertThatStartAndEndAreQuick(this.server.port());
	}

	@Test
	void aServerThatIsPausedDoesNotHoldTheEnd() {
		try (RedisStore store = create(this.server.port(), OnStoreFailure.LOCAL)) {
			Polling.until(StoreInstance.BACK, "Redis decides", () -> !store.take(CHARGE).isDegraded());
			this.server.pause();
			store.take(CHARGE);
			assertThatTheEndIsQuick(store);
		}
	}

	@Test
	void nothingOfAStoreIsLeftAfterItsEnd() {
		Set<String> before = threads("lettuce-");
		for (int i = 0; i < 3; i++) {
			try (RedisStore store = create(this.server.port(), OnStoreFailure.LOCAL)) {
				Polling.until(StoreInstance.BACK, "Redis decides", () -> !store.take(CHARGE).isDegraded());
			}
		}
		Polling.until(StoreInstance.BACK, () -> "the client's threads end: " + threads("lettuce-"),
				() -> before.containsAll(threads("lettuce-")));
		Polling.until(StoreInstance.BACK, "connections end",
				() -> "1".equals(this.server.info("clients").get("connected_clients")));
	}

	@Test
	void afterItsEndAStoreDecidesByPolicyAndCannotBeLookedInto() {
		RedisStore store = create(this.server.port(), OnStoreFailure.LOCAL);
		Polling.until(StoreInstance.BACK, "Redis decides", () -> !store.take(CHARGE).isDegraded());
		ChargeDecision taken = store.take(CHARGE);
		store.close();

		for (int i = 0; i < 100; i++) {
			assertThat(store.take(CHARGE).isDegraded()).isTrue();
			store.exchange("account", CHARGE.key(), "one", new byte[1]).exceptionally((failure) -> null).join();
		}
		assertThat(store.takeAll(List.of(CHARGE, StoreFixture.charge(StoreInstance.STILL, "other", 1))))
			.allMatch(ChargeDecision::isDegraded);
		store.giveBack(taken);
		assertThatExceptionOfType(StoreUnavailableException.class)
			.isThrownBy(() -> store.find(Handles.of(StoreInstance.STILL), CHARGE.key()));
		store.close();
		assertThat(this.log.lines()).as("the end of a store is no outage").isEmpty();
	}

	private void assertThatStartAndEndAreQuick(int port) {
		long began = System.nanoTime();
		RedisStore store = create(port, OnStoreFailure.LOCAL);
		assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(AT_ONCE);
		assertThat(store.take(CHARGE).isDegraded()).isTrue();
		assertThatTheEndIsQuick(store);
	}

	private static void assertThatTheEndIsQuick(RedisStore store) {
		long began = System.nanoTime();
		store.close();
		assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(AT_ONCE);
		Polling.until(StoreInstance.BACK, () -> "the store's threads end: " + threads("ratelimit-redis"),
				() -> threads("ratelimit-redis").isEmpty());
	}

	private static Set<String> threads(String prefix) {
		return Thread.getAllStackTraces()
			.keySet()
			.stream()
			.map(Thread::getName)
			.filter((name) -> name.startsWith(prefix))
			.collect(Collectors.toCollection(TreeSet::new));
	}

	private static RedisStore create(int port, OnStoreFailure policy) {
		LettuceConnectionFactory connections = new LettuceConnectionFactory(
				new RedisStandaloneConfiguration(RedisServer.HOST, port));
		RedisStoreSettings settings = new RedisStoreSettings("prefix", Duration.ofMillis(100), 100, policy);
		return RedisStore.create(connections, settings, new MemoryStore(TimeSource.system(), 100), TimeSource.system(),
				StoreObserver.NONE);
	}

}
