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
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/** The Redis store keeps the contract of all stores, through Lettuce. */
class RedisStoreContractTests implements LimitStoreContract {

	private static RedisScripts redis;

	private static RedisServer server;

	@BeforeAll
	static void connect() {
		server = SharedRedis.server();
		LettuceConnectionFactory connections = new LettuceConnectionFactory("127.0.0.1", server.port());
		redis = new LettuceScripts(DedicatedConnections.like(connections));
	}

	@AfterAll
	static void disconnect() {
		redis.close();
	}

	@Override
	public LimitStore createStore(TimeSource time) {
		SharedRedis.flush();
		if (!(time instanceof ManualTime)) {
			return new RedisStore(redis, Scripts.load(), RedisTestStore.patient(), new MemoryStore(time, 10_000), time,
					StoreObserver.NONE);
		}
		return RedisTestStore.turned(server, redis, new MemoryStore(time, 10_000), time);
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
		return 10;
	}

	@Override
	public int sequences() {
		return 4;
	}

}
