package io.github.ratelimit.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.ratelimit.OnStoreFailure;
import io.github.ratelimit.TimeSource;
import io.github.ratelimit.governor.GovernorState.Phase;
import io.github.ratelimit.store.StoreObserver;
import io.github.ratelimit.store.memory.MemoryStore;
import io.github.ratelimit.store.redis.RedisStore;
import io.github.ratelimit.store.redis.RedisStoreSettings;
import io.github.ratelimit.store.redis.server.RedisServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/** Instances that share in Redis what they know of an account, in real time. */
@Tag("redis")
class SharedAccountsRedisTests {

	private static final Map<String, String> REPORT = Map.of("x-ratelimit-limit-requests", "1000000",
			"x-ratelimit-remaining-requests", "999999", "x-ratelimit-reset-requests", "1ms");

	private static RedisServer server;

	private final List<RedisStore> stores = new ArrayList<>();

	@BeforeAll
	static void start() {
		server = RedisServer.start();
	}

	@AfterAll
	static void stop() {
		server.close();
	}

	@AfterEach
	void closeStores() {
		this.stores.forEach(RedisStore::close);
		server.command("FLUSHALL");
	}

	private ClientLimiter instance() {
		RedisStore store = RedisStore.create(new LettuceConnectionFactory("127.0.0.1", server.port()),
				new RedisStoreSettings("ratelimit", Duration.ofSeconds(1), 100, OnStoreFailure.SHARE),
				new MemoryStore(TimeSource.system(), 100), TimeSource.system(), StoreObserver.NONE);
		store.warmUp();
		this.stores.add(store);
		return SharedAccountsTests.limiter("openai", List.of(), store, TimeSource.system());
	}

	private static CompletableFuture<ClientCall> call(ClientLimiter instance) {
		return SharedAccountsTests.call(instance, "key", 10);
	}

	private static Phase phase(ClientLimiter instance) {
		return instance.accounts().iterator().next().governor().state().phase();
	}

	@Test
	void aRetryAfterHoldsTheOtherInstanceToo() {
		ClientLimiter one = instance();
		ClientLimiter other = instance();
		call(other).join().notSent();
		SharedAccountsTests.refuse(call(one).join(), "30");
		await().untilAsserted(() -> {
			CompletableFuture<ClientCall> held = call(other);
			held.thenAccept(ClientCall::notSent);
			assertThat(phase(other)).isEqualTo(Phase.THROTTLED);
			held.cancel(false);
		});
		assertThat(call(other)).isNotDone();
	}

	@Test
	void aNewInstanceBeginsWithTheDiscoveredLimits() {
		ClientLimiter one = instance();
		ClientCall call = call(one).join();
		call.head(200, REPORT::get, null);
		await().untilAsserted(() -> {
			ClientLimiter other = instance();
			List<CompletableFuture<ClientCall>> calls = new ArrayList<>();
			for (int i = 0; i < 20; i++) {
				calls.add(call(other));
			}
			await().atMost(Duration.ofSeconds(2)).until(() -> calls.stream().allMatch(CompletableFuture::isDone));
			assertThat(SharedAccountsTests.states(other)).singleElement()
				.satisfies((quota) -> assertThat(quota.limit()).isEqualTo(1_000_000));
		});
	}

	@Test
	void instancesGoOnWithoutRedisAndShareAgainWhenItIsBack() {
		ClientLimiter one = instance();
		ClientLimiter other = instance();
		for (ClientLimiter instance : List.of(one, other)) {
			ClientCall call = call(instance).join();
			call.head(200, REPORT::get, null);
			call.close();
		}
		server.kill();
		for (int i = 0; i < 20; i++) {
			assertThat(call(one)).succeedsWithin(Duration.ofSeconds(5));
			assertThat(call(other)).succeedsWithin(Duration.ofSeconds(5));
		}
		server.startAgain();
		SharedAccountsTests.refuse(call(one).join(), "60");
		await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
			call(one).cancel(false);
			call(other).thenAccept(ClientCall::notSent).cancel(false);
			assertThat(phase(other)).isEqualTo(Phase.THROTTLED);
		});
	}

}
