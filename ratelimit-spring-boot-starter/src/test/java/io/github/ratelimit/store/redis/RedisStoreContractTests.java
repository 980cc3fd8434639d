package io.github.ratelimit.store.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.Key;
import io.github.ratelimit.Limit;
import io.github.ratelimit.ManualTime;
import io.github.ratelimit.Rate;
import io.github.ratelimit.TimeSource;
import io.github.ratelimit.registry.Handles;
import io.github.ratelimit.store.LimitStore;
import io.github.ratelimit.store.LimitStoreContract;
import io.github.ratelimit.store.StoreFixture;
import io.github.ratelimit.store.StoreObserver;
import io.github.ratelimit.store.memory.MemoryStore;
import io.github.ratelimit.store.redis.client.ScriptClient;
import io.github.ratelimit.store.redis.client.ScriptClientFactory;
import io.github.ratelimit.store.redis.client.UnclosedScriptClient;
import io.github.ratelimit.store.redis.script.StoreScripts;
import io.github.ratelimit.store.redis.server.RedisServer;
import io.github.ratelimit.store.redis.server.SharedRedis;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/** The Redis store keeps the contract of all stores, through Lettuce. */
@Tag("redis")
@Tag("version-independent")
class RedisStoreContractTests implements LimitStoreContract {

	private static ScriptClient redis;

	private static RedisServer server;

	private final List<RedisStore> stores = new ArrayList<>();

	@BeforeAll
	static void connect() {
		server = SharedRedis.server();
		LettuceConnectionFactory connections = new LettuceConnectionFactory("127.0.0.1", server.port());
		redis = ScriptClientFactory.scripts(connections);
	}

	@AfterAll
	static void disconnect() {
		redis.close();
	}

	@AfterEach
	void closeStores() {
		this.stores.forEach(RedisStore::close);
	}

	@Override
	public LimitStore createStore(TimeSource time) {
		SharedRedis.flush();
		RedisStore store = store(new UnclosedScriptClient(redis), time);
		this.stores.add(store);
		return store;
	}

	private static RedisStore store(ScriptClient redis, TimeSource time) {
		if (!(time instanceof ManualTime)) {
			return new RedisStore(redis, StoreScripts.load(), RedisTestStore.patient(), new MemoryStore(time, 10_000),
					time, StoreObserver.NONE);
		}
		return RedisTestStore.turned(server, redis, new MemoryStore(time, 10_000), time);
	}

	@Test
	void aForeignValueAmongNotesIsRemoved() {
		LimitStore store = createStore(new ManualTime());
		store.exchange("openai", Key.of("account"), "a", new byte[1]).join();
		String notes = ((List<?>) server.command("KEYS", "*notes*")).get(0).toString();
		server.command("HSET", notes, "foreign", "x");

		assertThat(store.exchange("openai", Key.of("account"), "b", new byte[1]).join()).hasSize(1);
		assertThat(server.command("HEXISTS", notes, "foreign")).isEqualTo(0L);
	}

	@Test
	void aNoteThatIsTooLongIsRemoved() {
		LimitStore store = createStore(new ManualTime());
		store.exchange("openai", Key.of("account"), "a", new byte[1]).join();
		String notes = ((List<?>) server.command("KEYS", "*notes*")).get(0).toString();
		String now = server.command("HGET", notes, "a").toString();
		server.command("HSET", notes, "long", now + "x".repeat(5000));
		server.command("HSET", notes, "n".repeat(65), now);

		assertThat(store.exchange("openai", Key.of("account"), "b", new byte[1]).join()).hasSizeLessThan(3);
		assertThat(server.command("HEXISTS", notes, "long")).isEqualTo(0L);
		assertThat(server.command("HEXISTS", notes, "n".repeat(65))).isEqualTo(0L);
	}

	@Test
	void aDebtWithoutABoundEndsAtTheLowestNumberOfRedis() {
		Limit limit = Limit.named("budget").rates(Rate.parse("1000003/h")).maxDebt(Limit.UNBOUNDED_DEBT).build();
		LimitStore store = createStore(new ManualTime());
		store.settle(StoreFixture.taken(store, limit, "caller", 3), 4_000_000);

		long lowest = -(1L << 53) / 3_600_000_000L;
		assertThat(StoreFixture.remaining(store, limit, "caller")).isZero();
		assertThat(store.forgivenPermits(Handles.of(limit))).isEqualTo(4_000_000 - (1_000_003 - lowest));
	}

	@Override
	public boolean takes(Limit limit) {
		return RedisTestStore.takes(limit);
	}

	@Override
	public long resolution() {
		return 1_000;
	}

	@Override
	public int percent() {
		return 40;
	}

	@Override
	public int rounds() {
		return 10;
	}

	@Override
	public int sequences() {
		return 4;
	}

	@Override
	public int patterns() {
		return 100;
	}

	@Override
	public int steadyPeriods() {
		return 21;
	}

	@Override
	public int settlements() {
		return 300;
	}

}
