package io.github.ratelimit.store.redis;

import io.github.ratelimit.Limit;
import io.github.ratelimit.LimitStore;
import io.github.ratelimit.ManualTime;
import io.github.ratelimit.StoreObserver;
import io.github.ratelimit.TimeSource;
import io.github.ratelimit.store.LimitStoreContract;
import io.github.ratelimit.store.memory.MemoryStore;
import io.github.ratelimit.store.redis.server.RedisServer;
import io.github.ratelimit.store.redis.server.SharedRedis;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.jedis.JedisConnectionFactory;

/** The Redis store keeps the contract of all stores, through Jedis. */
class JedisStoreContractTests implements LimitStoreContract {

	private static JedisConnectionFactory connections;

	private static RedisScripts redis;

	@BeforeAll
	static void connect() {
		connections = new JedisConnectionFactory(
				new RedisStandaloneConfiguration(RedisServer.HOST, SharedRedis.server().port()));
		connections.afterPropertiesSet();
		connections.start();
		redis = Clients.scripts(connections);
	}

	@AfterAll
	static void disconnect() {
		redis.close();
		connections.destroy();
	}

	@Override
	public LimitStore createStore(TimeSource time) {
		SharedRedis.flush();
		MemoryStore standIn = new MemoryStore(time, 10_000);
		return (time instanceof ManualTime) ? RedisTestStore.turned(SharedRedis.server(), redis, standIn, time)
				: new RedisStore(redis, Scripts.load(), RedisTestStore.patient(), standIn, time, StoreObserver.NONE);
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
	public int rounds() {
		return 5;
	}

	@Override
	public int sequences() {
		return 1;
	}

}
