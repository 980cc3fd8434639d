package io.github.ratelimit.store.redis;

import io.github.ratelimit.Limit;
import io.github.ratelimit.ManualTime;
import io.github.ratelimit.TimeSource;
import io.github.ratelimit.store.LimitStore;
import io.github.ratelimit.store.LimitStoreContract;
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
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.jedis.JedisConnectionFactory;

/**
 * The Redis store keeps the contract of all stores, through Jedis. The arithmetic is that
 * of the scripts, which {@link RedisStoreContractTests} tests with more sequences.
 */
@Tag("redis")
@Tag("version-independent")
class JedisStoreContractTests implements LimitStoreContract {

	private static JedisConnectionFactory connections;

	private static ScriptClient redis;

	private final List<RedisStore> stores = new ArrayList<>();

	@BeforeAll
	static void connect() {
		connections = new JedisConnectionFactory(
				new RedisStandaloneConfiguration(RedisServer.HOST, SharedRedis.server().port()));
		connections.afterPropertiesSet();
		connections.start();
		redis = ScriptClientFactory.scripts(connections);
	}

	@AfterAll
	static void disconnect() {
		redis.close();
		connections.destroy();
	}

	@AfterEach
	void closeStores() {
		this.stores.forEach(RedisStore::close);
	}

	@Override
	public LimitStore createStore(TimeSource time) {
		SharedRedis.flush();
		MemoryStore fallback = new MemoryStore(time, 10_000);
		ScriptClient shared = new UnclosedScriptClient(redis);
		RedisStore store = (time instanceof ManualTime)
				? RedisTestStore.turned(SharedRedis.server(), shared, fallback, time) : new RedisStore(shared,
						StoreScripts.load(), RedisTestStore.patient(), fallback, time, StoreObserver.NONE);
		this.stores.add(store);
		return store;
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
		return 10;
	}

	@Override
	public int rounds() {
		return 5;
	}

	@Override
	public int sequences() {
		return 1;
	}

	@Override
	public int patterns() {
		return 20;
	}

	@Override
	public int steadyPeriods() {
		return 3;
	}

	@Override
	public int settlements() {
		return 20;
	}

}
